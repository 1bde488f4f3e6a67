"""An output that is a list gives a list."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import Seen, each_once, returned
from studio_conformance.subject import Node


@check(
    "EXEC-012",
    "list-output-is-list",
    title="What a run gives for an output that is a list is a list.",
    why=(
        "The host takes it apart all the same: a text falls apart into letters, a tensor into "
        "rows, a number ends the run with an error."
    ),
    fix="Give a list, also for one value: ([image],).",
    level="error",
)
def list_output_is_list(node: Node) -> Iterator[Violation]:
    if not any(output["is_list"] for output in node.outputs):
        raise NotApplicable("no output of the node is a list")
    yield from each_once(node, _seen(node))


def _seen(node: Node) -> Iterator[Seen]:
    lists = {output["index"]: output["name"] for output in node.outputs if output["is_list"]}
    for record in returned(node):
        for slot in record["facts"]["outputs"]:
            whole = slot["missing"] or slot["link"] or slot["blocked"]
            if slot["index"] in lists and not whole and slot["type"] not in ("list", "tuple"):
                name = lists[slot["index"]]
                yield Seen(name, f"output {name!r} is a {slot['type']}, not a list", record)
