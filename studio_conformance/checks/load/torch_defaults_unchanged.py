"""Importing the pack leaves torch's global defaults alone."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-037",
    "torch-defaults-unchanged",
    title=(
        "Importing the pack does not change torch's default dtype, grad mode or default device."
    ),
    why=(
        "Every tensor that the host or another pack makes afterwards has another dtype or "
        "device, or records gradients until memory is full: wrong results and crashes far "
        "away from this pack."
    ),
    fix=(
        "Give dtype and device to the calls that need them and use torch.no_grad() as a "
        "context inside the node."
    ),
    level="error",
    scope="pack",
)
def torch_defaults_unchanged(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(
        pack,
        "torch's global state changed at import",
        "default-dtype",
        "grad-mode",
        "default-device",
    )
