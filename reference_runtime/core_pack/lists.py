"""Nodes that take lists apart and put them together: batches of another size.

An image is (batch, height, width, channels), a latent a dict with ``samples`` (batch, channels,
height, width) and possibly ``noise_mask`` and ``batch_index``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Any

from reference_runtime.api import io_widgets as widgets
from reference_runtime.api.io_sockets import SOCKETS
from reference_runtime.api.node import ComfyNode
from reference_runtime.api.output import NodeOutput
from reference_runtime.api.schema import Schema

LARGEST_BATCH = 4096


def _schema(node_id: str, display_name: str, category: str, kind: Any, name: str) -> Schema:
    return Schema(
        node_id=node_id,
        display_name=display_name,
        category=category,
        is_input_list=True,
        inputs=[
            kind.Input(name),
            widgets.Int.Input("batch_size", default=1, min=1, max=LARGEST_BATCH),
        ],
        outputs=[kind.Output(display_name=kind.io_type, is_output_list=True)],
    )


class ImageRebatch(ComfyNode):
    """A list of batches in, the same images in batches of ``batch_size`` out."""

    RELATIVE_PYTHON_MODULE = "comfy_extras.nodes_rebatch"

    @classmethod
    def define_schema(cls) -> Schema:
        return _schema("RebatchImages", "Rebatch Images", "image/batch", SOCKETS["Image"], "images")

    @classmethod
    def execute(cls, images: list[Any], batch_size: list[int]) -> NodeOutput:  # type: ignore[override]
        import torch

        singles = (image[i : i + 1] for image in images for i in range(len(image)))
        return NodeOutput([torch.cat(group) for group in _groups(singles, batch_size[0])])


class LatentRebatch(ComfyNode):
    """As ImageRebatch, for latents; only latents of one shape share a batch."""

    RELATIVE_PYTHON_MODULE = "comfy_extras.nodes_rebatch"

    @classmethod
    def define_schema(cls) -> Schema:
        return _schema(
            "RebatchLatents", "Rebatch Latents", "latent/batch", SOCKETS["Latent"], "latents"
        )

    @classmethod
    def execute(cls, latents: list[Any], batch_size: list[int]) -> NodeOutput:  # type: ignore[override]
        before = accumulate((len(latent["samples"]) for latent in latents), initial=0)
        parts = zip(latents, before, strict=False)
        singles = (single for latent, start in parts for single in _split(latent, start))
        return NodeOutput([_joined(group) for group in _groups(singles, batch_size[0])])


def _groups(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Neighbours of one shape, at most ``size`` of them."""
    group: list[Any] = []
    for item in items:
        if group and (len(group) == size or _shape(group[0]) != _shape(item)):
            yield group
            group = []
        group.append(item)
    if group:
        yield group


def _shape(item: Any) -> Any:
    samples = item["samples"] if isinstance(item, dict) else item
    return samples.shape[1:]


def _split(latent: dict[str, Any], start: int) -> Iterator[dict[str, Any]]:
    """The latent's entries, each with its mask (ones where there is none) and its batch index.

    Without batch indices they are counted from ``start`` on.
    """
    import torch

    samples = latent["samples"]
    count = len(samples)
    mask = latent.get("noise_mask")
    if (
        mask is None
    ):  # of a video the host takes frames for the height; what is all ones is left out
        height, width = samples.shape[2:4]
        mask = torch.ones((1, 1, height * 8, width * 8), device="cpu")
    if len(mask) < count:
        mask = mask.repeat((-(-count // len(mask)), *[1] * (mask.dim() - 1)))
    numbers = latent.get("batch_index", range(start, start + count))
    for i in range(count):
        yield {
            "samples": samples[i : i + 1],
            "noise_mask": mask[i : i + 1],
            "batch_index": list(numbers[i : i + 1]),
        }


def _joined(group: list[dict[str, Any]]) -> dict[str, Any]:
    """One latent; with a mask only where its mean is not 1."""
    import torch

    made = {"samples": torch.cat([single["samples"] for single in group])}
    mask = torch.cat([single["noise_mask"] for single in group])
    if mask.mean() != 1.0:
        made["noise_mask"] = mask
    made["batch_index"] = [number for single in group for number in single["batch_index"]]
    return made


LISTS = (ImageRebatch, LatentRebatch)
