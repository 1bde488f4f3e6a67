"""A node does not set the global random generators to a state of its own."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseFacts
from studio_conformance.checks import Violation, check
from studio_conformance.checks._runs import Seen, each_once, related, returned
from studio_conformance.subject import Node


@check(
    "EXEC-038",
    "run-keeps-rng",
    title="Running the node does not reseed the global random generators.",
    why=(
        "Every node that runs after it and draws from the same generator gets the same "
        "numbers each time: noise repeats where users asked for new noise."
    ),
    fix=(
        "Draw from a generator of the node's own: torch.Generator().manual_seed(seed), "
        "random.Random(seed), numpy.random.default_rng(seed)."
    ),
    level="warning",
)
def run_keeps_rng(node: Node) -> Iterator[Violation]:
    yield from each_once(node, _seen(node))


def _seen(node: Node) -> Iterator[Seen]:
    for record, again in related(returned(node), "other_rng"):
        for name in _reseeded(record["facts"], again["facts"]):
            text = f"reseeds the global generator of {name}"
            yield Seen(name, text, record)


def _reseeded(first: CaseFacts, second: CaseFacts | None) -> list[str]:
    """Generators that two runs left in the same state, though they began in different ones."""
    later = second["generators"] if second else {}
    changed = {each["detail"].split()[0] for each in first["changes"] if each["kind"] == "rng"}
    return [
        name
        for name, state in first["generators"].items()
        if name in changed and later.get(name) == state
    ]
