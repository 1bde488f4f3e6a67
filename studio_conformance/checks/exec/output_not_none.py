"""An output that is declared has a value."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import (
    Seen,
    each_once,
    explained_by,
    with_all_inputs,
    without_fakes,
)
from studio_conformance.checks._values import given, is_none
from studio_conformance.subject import Node

TYPED = (
    "STRING", "INT", "FLOAT", "BOOLEAN", "IMAGE", "MASK", "LATENT", "AUDIO", "CONDITIONING",
    "SIGMAS",
)  # fmt: skip
"""Io types of the host, of which every node that takes them expects a value."""


@check(
    "EXEC-005",
    "output-not-none",
    title="No run gives None for an output that declares a type.",
    why=(
        "What follows gets None where it was promised a value, and fails with an error about "
        "attributes of None."
    ),
    fix="Give an empty value of the type (an empty text, a black mask), or an ExecutionBlocker.",
    level="warning",
)
def output_not_none(node: Node) -> Iterator[Violation]:
    explained_by(node, "SIGNATURE-024")
    without_fakes(node)
    with_all_inputs(node)
    typed = [output["io_type"] for output in node.outputs if output["io_type"] in TYPED]
    if not typed:
        raise NotApplicable("the node has no output of a type that is known")
    yield from each_once(node, _seen(node, typed))


def _seen(node: Node, typed: list[str]) -> Iterator[Seen]:
    """Nones, but not those that stand for an input of the type that was left out."""
    types = {item["id"]: item["io_type"] for item in node.inputs}
    for each in given(node, *typed):
        left_out = [types.get(name) for name in each.record["case"]["absent"]]
        if is_none(each.value) and each.output["io_type"] not in left_out:
            name = each.output["name"]
            yield Seen(name, f"output {name!r} is None", each.record)
