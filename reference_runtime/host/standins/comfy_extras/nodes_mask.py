"""``comfy_extras.nodes_mask``: pasting one image or latent into another. Real.

Source of the rules: results of ComfyUI 0.3.64.
"""

from __future__ import annotations

from typing import Any

from reference_runtime.host.standins.comfy.utils import repeat_to_batch_size


def composite(
    destination: Any,
    source: Any,
    x: int,
    y: int,
    mask: Any = None,
    multiplier: int = 8,
    resize_source: bool = False,
) -> Any:
    """Paste ``source`` into ``destination`` (batch, channels, height, width), in place.

    ``x`` and ``y`` are in pixels, ``multiplier`` pixels to an entry; what lies right or below is
    cut off, a negative position raises RuntimeError as on the host. The mask (batch, height, width)
    is resized to the source; 1 takes the source.
    """
    import torch

    source = source.to(destination.device)
    if resize_source:
        size = (destination.shape[-2], destination.shape[-1])
        source = torch.nn.functional.interpolate(source, size=size, mode="bilinear")
    source = repeat_to_batch_size(source, destination.shape[0])
    left = min(x, destination.shape[-1] * multiplier) // multiplier
    top = min(y, destination.shape[-2] * multiplier) // multiplier
    if left < 0 or top < 0:
        raise RuntimeError(f"can't paste at a negative position: x={x}, y={y}")
    share = _share(mask, source)
    target = destination[..., top : top + source.shape[-2], left : left + source.shape[-1]]
    inside = (..., slice(target.shape[-2]), slice(target.shape[-1]))
    target.copy_(source[inside] * share[inside] + target * (1.0 - share[inside]))
    return destination


def _share(mask: Any, source: Any) -> Any:
    """How much of the source is taken at each place (batch, 1, height, width)."""
    import torch

    if mask is None:
        return torch.ones_like(source)
    mask = mask.to(source.device, copy=True)
    mask = mask.reshape((-1, 1, mask.shape[-2], mask.shape[-1]))
    size = (source.shape[-2], source.shape[-1])
    mask = torch.nn.functional.interpolate(mask, size=size, mode="bilinear")
    return repeat_to_batch_size(mask, source.shape[0])
