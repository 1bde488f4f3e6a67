"""A node leaves torch's grad mode as it was."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node


@check(
    "EXEC-039",
    "run-keeps-grad-mode",
    title="Running the node leaves torch's grad mode as it was.",
    why=(
        "Gradients stay on (or off) for every node that runs afterwards in the prompt: memory "
        "grows, or nodes that train fail."
    ),
    fix=(
        "Use the context managers, with torch.no_grad(): ..., or the decorators, instead of "
        "torch.set_grad_enabled."
    ),
    level="error",
)
def run_keeps_grad_mode(node: Node) -> Iterator[Violation]:
    yield from leftovers(node, "torch's grad mode is another one after the run", "grad-mode")
