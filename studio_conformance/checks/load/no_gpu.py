"""Importing the pack does not use the GPU."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-041",
    "no-gpu",
    title="Importing the pack does not start a GPU context.",
    why=(
        "Some hundred megabytes of GPU memory are taken from every user, and device settings "
        "that the host makes later (visible devices, allocator) have no effect any more."
    ),
    fix=(
        "Ask for the device inside the node: comfy.model_management.get_torch_device() in execute."
    ),
    level="warning",
    scope="pack",
)
def no_gpu(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "GPU used at import", "gpu")
