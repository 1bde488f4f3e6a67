"""No output is NaN or infinite."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import without_fakes
from studio_conformance.checks._values import Summary, complaints
from studio_conformance.subject import Node

NAMES = {"nan": "NaN", "inf": "infinite"}


@check(
    "EXEC-013",
    "output-finite",
    title="Finite input gives finite output: no NaN, no infinity.",
    why=(
        "One NaN spreads: the picture is black after the next node, and nothing says where it "
        "began."
    ),
    fix=(
        "Look for a division by zero, a logarithm or a root of what may be 0 or less, and a "
        "normalisation of a constant image."
    ),
    level="error",
)
def output_finite(node: Node) -> Iterator[Violation]:
    without_fakes(node)
    yield from complaints(node, _complain)


def _complain(value: Summary) -> str | None:
    for each in _data(value):
        for word in ("nan", "inf"):
            if each[word]:
                return f"holds {each[word]} values that are {NAMES[word]}"
    return None


def _data(value: Summary) -> Iterator[Summary]:
    """The value and what lists and dicts in it hold, but for the insides of objects.

    There an infinity is a mark of the object's own, as in a number of frames not known yet.
    """
    yield value
    parts = (value["parts"] or []) if value["kind"] in ("dict", "list") else []
    for each in parts.values() if isinstance(parts, dict) else parts:
        yield from _data(each)
