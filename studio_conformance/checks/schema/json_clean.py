"""Everything in the node's /object_info entry is JSON, with finite numbers only."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.plain import Defect
from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-005",
    "json-clean",
    title=("Everything in the node's /object_info entry is JSON, with finite numbers only."),
    why=(
        "The host sends the entries of all nodes as one JSON document. A set, a numpy "
        "number or a type in one of them makes the whole request fail, NaN and infinity "
        "make browsers refuse it: no node of any pack is shown."
    ),
    fix=(
        "Give lists, dicts with string keys, strings, booleans and finite numbers; "
        "convert what a library returns, e.g. list(...), float(...), str(...)."
    ),
    level="error",
)
def json_clean(node: Node) -> Iterator[Violation]:
    for defect in node.facts["info_defects"]:
        if _is_harmless(defect):
            continue
        path = ".".join(str(part) for part in defect["path"])
        what = "is not finite" if defect["kind"] == "non-finite" else "is not JSON"
        message = f"{path}: {defect['repr']} ({defect['type']}) {what}"
        yield Violation(message, node.locate(_input_of(defect["path"])), path)


def _is_harmless(defect: Defect) -> bool:
    """Whether JSON holds it all the same, or it stands in place of what a full host has there."""
    if defect["kind"] == "key":  # a tuple can't be written; that a number becomes text, V1 says
        return defect["type"] in ("bool", "float", "int", "NoneType")
    return defect["kind"] == "size" or defect["type"].startswith("reference_runtime.")


def _input_of(path: list[str | int]) -> str:
    """The input that a path such as input.required.mode.1.default speaks of."""
    return str(path[2] if path[:1] == ["input"] and len(path) > 2 else path[0] if path else "")
