"""A value is of the type its output declares."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import explained_by
from studio_conformance.checks._values import Given, Summary, complaints, is_none
from studio_conformance.subject import Node

NUMPY_INTEGERS = tuple(f"numpy.{sign}int{bits}" for sign in ("", "u") for bits in (8, 16, 32, 64))
PLAIN: dict[str, tuple[tuple[str, ...], str]] = {
    "STRING": (("str", "numpy.str_"), "a text"),
    "INT": (("int", "bool", *NUMPY_INTEGERS), "a whole number"),
    "FLOAT": (
        ("float", "int", "bool", "numpy.float64", "numpy.float32", *NUMPY_INTEGERS),
        "a number",
    ),
    "BOOLEAN": (("bool", "int", "numpy.bool_", "numpy.bool"), "true or false"),
}
"""Types that pass for each plain io type."""


@check(
    "EXEC-004",
    "output-type",
    title="Every value is of the type that its output declares.",
    why=(
        "What follows was promised another type: it fails, or goes on with a wrong value, and "
        "blames the user."
    ),
    fix="Convert the value (int(...), float(...), str(...)), or declare the type that is given.",
    level="error",
)
def output_type(node: Node) -> Iterator[Violation]:
    explained_by(node, "V1-001", "V1-002")
    guessed = _guessed if any(item["io_type"] == "*" for item in node.inputs) else None
    for io_type, (types, word) in PLAIN.items():
        try:
            yield from complaints(node, partial(_complain, types, word), io_type, leave=guessed)
        except NotApplicable:
            continue
    if not any(output["io_type"] in PLAIN for output in node.outputs):
        raise NotApplicable("the node has no output of a plain type")


def _guessed(each: Given) -> bool:
    """Whether an input of any type may have got one that the node is not made for."""
    case = each.record["case"]
    return case["phase"] == "random" or case["id"].startswith("type:")


def _complain(types: tuple[str, ...], word: str, value: Summary) -> str | None:
    if value["type"] in types or is_none(value):
        return None
    return f"is a {value['type']} ({value['text']}), not {word}"
