"""Parts of a node's description that v1 and v3 classes share."""

from __future__ import annotations

from typing import Any

from reference_runtime.description import MethodFacts, NodeDescription, ValueFacts
from reference_runtime.loading.failures import failure_of
from reference_runtime.loading.methods import method_facts
from reference_runtime.loading.place import Place
from reference_runtime.plain import to_plain, type_name

ATTRIBUTES = (
    "RETURN_TYPES", "RETURN_NAMES", "OUTPUT_IS_LIST", "OUTPUT_TOOLTIPS", "FUNCTION", "CATEGORY",
    "DESCRIPTION", "OUTPUT_NODE", "INPUT_IS_LIST", "DEPRECATED", "EXPERIMENTAL", "API_NODE",
    "NOT_IDEMPOTENT", "SEARCH_ALIASES",
)  # fmt: skip


def attributes_of(cls: Any) -> dict[str, ValueFacts]:
    """The v1-face attributes that exist and can be read."""
    found: dict[str, ValueFacts] = {}
    for name in ATTRIBUTES:
        try:
            value = getattr(cls, name)
        except Exception:
            continue
        found[name] = value_facts(value)
    return found


def value_facts(value: Any) -> ValueFacts:
    plain, defects = to_plain(value)
    return {"value": plain, "type": type_name(value), "defects": defects}


def methods_of(cls: type, roles: dict[str, str]) -> dict[str, MethodFacts]:
    """Facts by role; ``roles`` maps a role to the method's name. Absent methods are left out."""
    found = {role: method_facts(cls, name) for role, name in roles.items()}
    return {role: facts for role, facts in found.items() if facts is not None}


def fill_info(node: NodeDescription, build: Any, place: Place) -> Any:
    """Build the ``/object_info`` entry into ``node``; the live entry, or None when it failed."""
    try:
        info = build()
    except (Exception, SystemExit) as error:
        node["info_failure"] = failure_of(error, place)
        return None
    node["info"], node["info_defects"] = to_plain(info)
    return info
