"""``comfy_extras.nodes_latent``: fitting one latent to another. Real."""

from __future__ import annotations

from typing import Any

from reference_runtime.host.standins.comfy.resizing import common_upscale
from reference_runtime.host.standins.comfy.utils import repeat_to_batch_size


def reshape_latent_to(target_shape: Any, latent: Any, repeat_batch: bool = True) -> Any:
    """Resize to the target's height and width (bilinear, centred), then repeat to its batch."""
    if tuple(latent.shape[1:]) != tuple(target_shape[1:]):
        latent = common_upscale(latent, target_shape[-1], target_shape[-2], "bilinear", "center")
    return repeat_to_batch_size(latent, target_shape[0]) if repeat_batch else latent
