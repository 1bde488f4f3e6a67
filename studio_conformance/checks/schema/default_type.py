"""A widget's default is of the widget's type."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._widgets import WIDGET_TYPES, is_number, socket_only
from studio_conformance.subject import Node


@check(
    "SCHEMA-006",
    "default-type",
    title="A widget's default is of the widget's type.",
    why=(
        "The frontend puts the default into the widget as it is. A list or null in a "
        "number widget, or a text in a checkbox, gives a broken widget or a value that "
        "the server refuses or misreads."
    ),
    fix=("Give INT a whole number, FLOAT a number, STRING a text, BOOLEAN True or False."),
    level="error",
)
def default_type(node: Node) -> Iterator[Violation]:
    for item in node.inputs:
        if item["io_type"] not in WIDGET_TYPES or "default" not in item["spec"]:
            continue
        value = item["spec"]["default"]
        if not socket_only(item) and not _fits(item["io_type"], value):
            message = (
                f"input {item['id']!r} is {item['io_type']}, its default {value!r} is of type "
                f"{item['default_type']}"
            )
            yield Violation(message, node.locate(item["id"]), item["id"])


def _fits(io_type: str, value: object) -> bool:
    """Whether the frontend can show ``value``: 1.0 for INT and 0/1 for BOOLEAN do no harm."""
    if io_type == "STRING":
        return isinstance(value, str)
    if io_type == "BOOLEAN":
        return isinstance(value, bool) or value in (0, 1)
    if io_type == "INT":
        return is_number(value) and value == int(value)
    return is_number(value)
