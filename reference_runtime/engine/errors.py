"""The errors that validating a prompt can find, in the host's words and with its details.

Clients show them, so types, messages and details are facts, not a matter of style.
"""

from __future__ import annotations

import traceback
from typing import Any

from reference_runtime.calling.failing import full_name
from reference_runtime.engine.nodehost import InputFacts, NodeFailed

Json = dict[str, Any]
MAX_LISTED = 20
"""Options of a combo that an error still lists."""


def error(kind: str, message: str, details: str, **extra: Any) -> Json:
    return {"type": kind, "message": message, "details": details, "extra_info": extra}


def missing(name: str) -> Json:
    return error("required_input_missing", "Required input is missing", name, input_name=name)


def bad_link(name: str, declared: InputFacts, value: Any) -> Json:
    message = "Bad linked input, must be a length-2 list of [node_id, slot_index]"
    return _about("bad_linked_input", message, name, name, declared, received_value=value)


def mismatch(name: str, declared: InputFacts, received: Any, link: Any) -> Json:
    details = f"{name}, received_type({received}) mismatch input_type({declared.type.text})"
    extra = {"received_type": received, "linked_node": link}
    message = "Return type mismatch between linked nodes"
    return _about("return_type_mismatch", message, details, name, declared, **extra)


def bad_value(name: str, declared: InputFacts, value: Any, cause: Exception) -> Json:
    message = f"Failed to convert an input value to a {declared.type.text} value"
    details = f"{name}, {value}, {cause}"
    extra = {"received_value": value, "exception_message": str(cause)}
    return _about("invalid_input_type", message, details, name, declared, **extra)


def too_small(name: str, declared: InputFacts, value: Any) -> Json:
    message = f"Value {value} smaller than min of {declared.options['min']}"
    return _about("value_smaller_than_min", message, name, name, declared, received_value=value)


def too_big(name: str, declared: InputFacts, value: Any) -> Json:
    message = f"Value {value} bigger than max of {declared.options['max']}"
    return _about("value_bigger_than_max", message, name, name, declared, received_value=value)


def not_listed(name: str, declared: InputFacts, value: Any) -> Json:
    options = declared.type.text
    few = len(options) <= MAX_LISTED
    listed = str(options) if few else f"(list of length {len(options)})"
    return error(
        "value_not_in_list",
        "Value not in list",
        f"{name}: '{value}' not in {listed}",
        input_name=name,
        input_config=declared.entry if few else None,
        received_value=value,
    )


def refused(name: str, result: Any) -> Json:
    details = name if result is False else f"{name} - {result}"
    message = "Custom validation failed for node"
    return error("custom_validation_failed", message, details, input_name=name)


def broke_inside(name: str, declared: InputFacts, link: Any, cause: Exception) -> Json:
    """Validating the linked node raised."""
    text, kind, frames = _told(cause)
    message = "Exception when validating inner node"
    return _about(
        "exception_during_inner_validation",
        message,
        text,
        name,
        declared,
        exception_message=text,
        exception_type=kind,
        traceback=frames,
        linked_node=link,
    )


def broke(cause: Exception) -> Json:
    """Validating an output node raised."""
    text, kind, frames = _told(cause)
    message = "Exception when validating node"
    return error(
        "exception_during_validation", message, text, exception_type=kind, traceback=frames
    )


def _about(
    kind: str, message: str, details: str, name: str, declared: InputFacts, **extra: Any
) -> Json:
    return error(kind, message, details, input_name=name, input_config=declared.entry, **extra)


def _told(cause: Exception) -> tuple[str, str, list[str]]:
    if isinstance(cause, NodeFailed):
        return cause.message, cause.type_name, cause.traceback
    return str(cause), full_name(type(cause)), traceback.format_tb(cause.__traceback__)
