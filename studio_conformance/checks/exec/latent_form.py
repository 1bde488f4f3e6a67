"""A LATENT is a dict with a tensor under samples."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._values import (
    Summary,
    complaints,
    is_floating,
    is_none,
    is_tensor,
    part,
    sizes,
)
from studio_conformance.subject import Node

LEAST = 3
"""Dimensions: batch, channels and at least one more (audio has one, images two, video three)."""


@check(
    "EXEC-008",
    "latent-form",
    title="Every LATENT is a dict with a float tensor under samples.",
    why="Samplers and decoders look there, and nowhere else.",
    fix=(
        "Give {'samples': tensor} with the tensor [batch, channels, height, width] (more "
        "dimensions for video)."
    ),
    level="error",
)
def latent_form(node: Node) -> Iterator[Violation]:
    yield from complaints(node, _complain, "LATENT")


def _complain(value: Summary) -> str | None:
    if is_none(value):
        return None
    samples = part(value, "samples")
    if value["kind"] != "dict":
        return f"is a {value['type']}, not a dict"
    if samples is None:
        return "has nothing under 'samples'"
    if not is_tensor(samples):
        return f"has a {samples['type']} under 'samples', not a tensor"
    if 0 in samples["shape"]:
        return f"is empty: {sizes(samples)}"
    if len(samples["shape"]) < LEAST:
        return f"has samples of shape {sizes(samples)}, not [batch, channels, ...]"
    return None if is_floating(samples) else f"has samples of {samples['dtype']}, not floats"
