"""What a node did to the values it was given, for family EXEC."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import Mutation
from studio_conformance.checks import NotApplicable, Violation
from studio_conformance.checks._runs import Seen, all_facts, each_once, runs
from studio_conformance.subject import Node


def changed_inputs(node: Node, kinds: tuple[str, ...]) -> Iterator[Violation]:
    """One violation for each input that a run changed in one of these ways.

    Raises NotApplicable when the node has no input that could be changed.
    """
    if all(item["options"] or item["io_type"] in PLAIN for item in node.inputs):
        raise NotApplicable("every input is a plain value")
    yield from each_once(node, _seen(node, kinds))


PLAIN = ("INT", "FLOAT", "STRING", "BOOLEAN", "COMBO")


def _seen(node: Node, kinds: tuple[str, ...]) -> Iterator[Seen]:
    faked = {item["id"] for item in node.inputs if item["io_type"] in node.execution["fakes"]}
    for record in runs(node):
        for facts in all_facts(record):
            for change in facts["mutations"]:
                if change["what"] in kinds and change["input"] not in faked:
                    yield Seen(change["input"], _text(change), record)


def _text(change: Mutation) -> str:
    place = f"{change['input']}{change['path']}"
    detail = f" ({change['detail']})" if change["detail"] else ""
    return f"{change['what']} of {place} changed during the run{detail}"
