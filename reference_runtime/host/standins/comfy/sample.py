"""``comfy.sample``: noise is real; sampling is model code.

Source of the rules: results of ComfyUI 0.3.64.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference_runtime.host.standins.comfy import utils


def prepare_noise(latent_image: Any, seed: int, noise_inds: Sequence[int] | None = None) -> Any:
    """Gaussian noise like the latent, the same for the same seed.

    ``noise_inds`` names for each batch entry which noise of the sequence it gets; equal ones share.
    """
    import torch

    generator = torch.manual_seed(seed)
    options: dict[str, Any] = {
        "dtype": latent_image.dtype,
        "layout": latent_image.layout,
        "generator": generator,
        "device": "cpu",
    }
    if noise_inds is None:
        return torch.randn(latent_image.size(), **options)
    size = [1, *latent_image.size()[1:]]
    made = [torch.randn(size, **options) for _ in range(max(noise_inds) + 1)]
    return torch.cat([made[index] for index in noise_inds], dim=0)


def fix_empty_latent_channels(model: Any, latent_image: Any) -> Any:
    """Give an all-zero latent the channels and dimensions that the model's format wants."""
    import torch

    wanted = model.get_model_object("latent_format")
    empty = torch.count_nonzero(latent_image) == 0
    if empty and latent_image.shape[1] != wanted.latent_channels:
        latent_image = utils.repeat_to_batch_size(latent_image, wanted.latent_channels, dim=1)
    if wanted.latent_dimensions == 3 and latent_image.ndim == 4:
        latent_image = latent_image.unsqueeze(2)
    return latent_image


def cleanup_additional_models(models: Any) -> None:
    """Nothing is loaded."""
