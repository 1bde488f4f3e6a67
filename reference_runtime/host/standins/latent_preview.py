"""``latent_preview``: base classes of previewers are real; without a model there is nothing to
show.

Source of the rules: ComfyUI 0.3.64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_runtime.host.missing import needs_host
from reference_runtime.host.standins.comfy import utils
from reference_runtime.host.standins.comfy.cli_args import args
from reference_runtime.host.stubs import model_code

MAX_PREVIEW_RESOLUTION = args.preview_size


def preview_to_image(latent_image: Any) -> Any:
    """A PIL image of a (height, width, channels) tensor in -1..1."""
    import torch
    from PIL import Image

    levels = ((latent_image + 1.0) / 2.0).clamp(0, 1).mul(0xFF)
    return Image.fromarray(levels.to(device="cpu", dtype=torch.uint8).numpy())


class LatentPreviewer:
    """Base of previewers; packs derive their own."""

    def decode_latent_to_preview(self, x0: Any) -> Any:
        """A PIL image of a latent; subclasses write it."""

    def decode_latent_to_preview_image(self, preview_format: str, x0: Any) -> tuple[str, Any, int]:
        """What the host sends: ("JPEG", image, longest side)."""
        return ("JPEG", self.decode_latent_to_preview(x0), MAX_PREVIEW_RESOLUTION)


class Latent2RGBPreviewer(LatentPreviewer):
    """A preview by one matrix: latent channels to red, green and blue."""

    def __init__(self, latent_rgb_factors: Any, latent_rgb_factors_bias: Any = None) -> None:
        import torch

        self.latent_rgb_factors = torch.tensor(latent_rgb_factors, device="cpu").transpose(0, 1)
        self.latent_rgb_factors_bias = (
            None
            if latent_rgb_factors_bias is None
            else torch.tensor(latent_rgb_factors_bias, device="cpu")
        )

    def decode_latent_to_preview(self, x0: Any) -> Any:
        import torch

        first = x0[0, :, 0] if x0.ndim == 5 else x0[0]
        factors = self.latent_rgb_factors.to(dtype=x0.dtype, device=x0.device)
        bias = self.latent_rgb_factors_bias
        bias = None if bias is None else bias.to(dtype=x0.dtype, device=x0.device)
        return preview_to_image(torch.nn.functional.linear(first.movedim(0, -1), factors, bias))


@model_code
class TAESDPreviewerImpl(LatentPreviewer):
    """A preview by a tiny VAE."""

    def __init__(self, taesd: Any) -> None:
        self.taesd = taesd

    def decode_latent_to_preview(self, x0: Any) -> Any:
        needs_host("latent_preview.TAESDPreviewerImpl")


def get_previewer(device: Any, latent_format: Any) -> LatentPreviewer | None:
    """None: previews are off by default."""
    return None


def prepare_callback(
    model: Any, steps: int, x0_output_dict: dict[str, Any] | None = None
) -> Callable[[int, Any, Any, int], None]:
    """A callback for the sampling steps that reports progress and keeps the newest ``x0``."""
    progress = utils.ProgressBar(steps)

    def callback(step: int, x0: Any, x: Any, total_steps: int) -> None:
        if x0_output_dict is not None:
            x0_output_dict["x0"] = x0
        progress.update_absolute(step + 1, total_steps, None)

    return callback
