"""A node leaves torch's default dtype and device alone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._leftovers import leftovers
from studio_conformance.subject import Node


@check(
    "EXEC-040",
    "run-keeps-torch-defaults",
    title="Running the node leaves torch's default dtype and device as they were.",
    why=(
        "Every tensor that other nodes make from then on has another dtype or lies on another "
        "device, until the host is started again."
    ),
    fix="Pass dtype= and device= where a tensor is made, or set the default back in a finally.",
    level="error",
)
def run_keeps_torch_defaults(node: Node) -> Iterator[Violation]:
    yield from leftovers(
        node, "a default of torch is another one after the run", "default-dtype", "default-device"
    )
