"""Working in overlapping tiles: the real functions behind ``comfy.utils.tiled_scale``.

Source of the rules: results of ComfyUI 0.3.64.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

Scale = float | Callable[[float], float]


def get_tiled_scale_steps(width: int, height: int, tile_x: int, tile_y: int, overlap: int) -> int:
    """How many tiles cover the image."""
    rows = 1 if height <= tile_y else math.ceil((height - overlap) / (tile_y - overlap))
    columns = 1 if width <= tile_x else math.ceil((width - overlap) / (tile_x - overlap))
    return rows * columns


def tiled_scale(
    samples: Any,
    function: Callable[[Any], Any],
    tile_x: int = 64,
    tile_y: int = 64,
    overlap: int = 8,
    upscale_amount: float = 4,
    out_channels: int = 3,
    output_device: Any = "cpu",
    pbar: Any = None,
) -> Any:
    """Run ``function`` on overlapping tiles of (batch, channels, height, width) and blend them."""
    return tiled_scale_multidim(
        samples,
        function,
        (tile_y, tile_x),
        overlap=overlap,
        upscale_amount=upscale_amount,
        out_channels=out_channels,
        output_device=output_device,
        pbar=pbar,
    )


def tiled_scale_multidim(
    samples: Any,
    function: Callable[[Any], Any],
    tile: Sequence[int] = (64, 64),
    overlap: Any = 8,
    upscale_amount: Any = 4,
    out_channels: int = 3,
    output_device: Any = "cpu",
    downscale: bool = False,
    index_formulas: Any = None,
    pbar: Any = None,
) -> Any:
    """Run ``function`` on tiles of the trailing dimensions and blend where they overlap.

    ``overlap``, ``upscale_amount`` and ``index_formulas`` are one value or one a dimension; a scale
    may be a function of the length. ``downscale`` divides by it instead. Each finished tile
    advances ``pbar`` by one.
    """
    import torch

    dims = len(tile)
    overlaps = list(overlap) if isinstance(overlap, (list, tuple)) else [overlap] * dims
    lengths = _scales(upscale_amount, dims, downscale)
    starts = _scales(index_formulas or upscale_amount, dims, downscale)
    size = [round(lengths[d](n)) for d, n in enumerate(samples.shape[2:])]
    output = torch.empty([samples.shape[0], out_channels, *size], device=output_device)
    for number in range(samples.shape[0]):
        one = samples[number : number + 1]
        summed = torch.zeros([1, out_channels, *size], device=output_device)
        weight = torch.zeros_like(summed)
        for corner in _corners(one.shape[2:], tile, overlaps):
            part, at = _cut(one, corner, tile, starts)
            done = function(part).to(output_device)
            mask = torch.ones_like(done)
            for d in range(2, dims + 2):
                _feather(mask, d, round(lengths[d - 2](overlaps[d - 2])))
            spans = (slice(at[d], at[d] + done.shape[d + 2]) for d in range(dims))
            window = (slice(None), slice(None), *spans)
            summed[window] += done * mask
            weight[window] += mask
            if pbar is not None:
                pbar.update(1)
        output[number : number + 1] = summed / weight
    return output


def _scales(amount: Any, dims: int, down: bool) -> list[Callable[[float], float]]:
    amounts = list(amount) if isinstance(amount, (list, tuple)) else [amount] * dims
    return [_scale(each, down) for each in amounts]


def _scale(amount: Scale, down: bool) -> Callable[[float], float]:
    if callable(amount):
        return amount
    return lambda value: value / amount if down else value * amount


def _corners(
    shape: Sequence[int], tile: Sequence[int], overlap: Sequence[int]
) -> list[tuple[int, ...]]:
    """Start positions of the tiles in each dimension; one tile where it covers everything."""
    axes = [
        range(0, length - overlap[d], tile[d] - overlap[d]) if length > tile[d] else [0]
        for d, length in enumerate(shape)
    ]
    return list(itertools.product(*axes))


def _cut(
    one: Any, corner: Sequence[int], tile: Sequence[int], starts: Sequence[Callable[[float], float]]
) -> tuple[Any, list[int]]:
    """The tile at a corner and where its result goes; tiles never reach over the end."""
    at = []
    for d, position in enumerate(corner):
        length = one.shape[d + 2]
        begin = max(0, min(length - 1, position))
        one = one.narrow(d + 2, begin, min(tile[d], length - begin))
        at.append(round(starts[d](begin)))
    return one, at


def _feather(mask: Any, dim: int, width: int) -> None:
    """Let both ends of a dimension rise linearly from 1/width to 1."""
    if width >= mask.shape[dim]:
        return
    for step in range(width):
        share = (step + 1) / width
        mask.narrow(dim, step, 1).mul_(share)
        mask.narrow(dim, mask.shape[dim] - 1 - step, 1).mul_(share)
