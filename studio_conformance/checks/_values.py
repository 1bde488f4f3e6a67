"""The values that runs gave, by their summaries, for family EXEC."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from reference_runtime.description import OutputFacts
from reference_runtime.exercise.facts import CaseRecord
from studio_conformance.checks import NotApplicable, Violation
from studio_conformance.checks._failing import varied
from studio_conformance.checks._runs import Seen, each_once, returned
from studio_conformance.subject import Node

Summary = Any


@dataclass(frozen=True)
class Given:
    """One value of one output in one run."""

    output: OutputFacts
    value: Summary
    record: CaseRecord


Complaint = Callable[[Summary], str | None]
"""What is wrong with a value, as a predicate of "output 'x' ..."; None when nothing is."""


def given(node: Node, *io_types: str) -> list[Given]:
    """Every value that a run gave in an output of these io types (all, without any).

    Blocks, links into an expansion and missing values are none. Raises NotApplicable without one.
    """
    wanted = {
        output["index"]: output
        for output in node.outputs
        if not io_types or output["io_type"] in io_types
    }
    if not wanted:
        raise NotApplicable(f"the node has no output of type {' or '.join(io_types)}")
    values = [*_values(returned(node), wanted)]
    if not values:
        raise NotApplicable("no run gave a value in these outputs")
    return values


def _values(records: list[CaseRecord], wanted: dict[int, OutputFacts]) -> Iterator[Given]:
    for record in records:
        if record["facts"]["form"] == "other":
            continue
        for slot in record["facts"]["outputs"]:
            output = wanted.get(slot["index"])
            if output is not None and not slot["link"]:
                yield from (Given(output, item, record) for item in slot["items"])


def complaints(
    node: Node, complain: Complaint, *io_types: str, leave: Callable[[Given], bool] | None = None
) -> Iterator[Violation]:
    """One violation for each output of these io types of which ``complain`` says something.

    ``leave``: tells values that nobody is to complain of.
    """
    values = (each for each in given(node, *io_types) if not _is_empty_by_input(each))
    values = (each for each in values if leave is None or not leave(each))
    seen = ((each, complain(each.value)) for each in values)
    yield from each_once(
        node,
        (
            Seen(each.output["name"], f"output {each.output['name']!r} {text}", each.record)
            for each, text in seen
            if text is not None
        ),
    )


def _is_empty_by_input(each: Given) -> bool:
    """Whether the value is empty for what we gave the node.

    A number at its bound may say to skip the whole batch, and what another node made may be empty
    itself. Defaults that leave nothing over are none of these.
    """
    samples = part(each.value, "samples") or each.value
    shape = samples["shape"] or []
    if len(shape) < 3 or 0 not in shape:
        return False
    case = each.record["case"]
    if any(isinstance(r, dict) and r.get("make") == "OUTPUT" for r in case["inputs"].values()):
        return True
    bound = case["phase"] == "random" or varied(each.record, "min", "max") is not None
    return bound and 0 not in shape[1:]


def is_none(value: Summary) -> bool:
    return bool(value["type"] == "NoneType")


def is_tensor(value: Summary) -> bool:
    return bool(value["kind"] == "tensor")


def is_floating(value: Summary) -> bool:
    return str(value["dtype"]).startswith(("float", "bfloat"))


def sizes(value: Summary) -> str:
    """The shape in words."""
    return "x".join(map(str, value["shape"])) or "no dimensions"


def part(value: Summary, key: str) -> Summary | None:
    """What stands under ``key`` in a dict; None when nothing does."""
    parts = value["parts"]
    return parts.get(key) if isinstance(parts, dict) else None


def inner(value: Summary) -> Iterator[Summary]:
    """The value and all its parts."""
    yield value
    parts = value["parts"] or []
    for each in parts.values() if isinstance(parts, dict) else parts:
        yield from inner(each)
