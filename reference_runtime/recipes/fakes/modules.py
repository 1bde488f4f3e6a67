"""Tiny torch modules with weights that are the same everywhere: the insides of the fakes.

Imported only where a fake is made: it needs torch.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from reference_runtime.recipes.bits import filled

CHANNELS = 4
"""Of latents, as in the most common models."""


def _module_class() -> Any:
    try:
        from torch import nn
    except ImportError:
        return object
    return nn.Module


_Base: Any = _module_class()


def linear(inputs: int, outputs: int, seed: int) -> Any:
    """A linear layer with small weights of its own."""
    import torch

    # Without the usual start, which would draw from the generator that nodes use.
    layer = torch.nn.utils.skip_init(torch.nn.Linear, inputs, outputs)
    with torch.no_grad():
        layer.weight.copy_(filled([outputs, inputs], "normal", seed) * 0.1)
        layer.bias.zero_()
    return layer.requires_grad_(False)


class TinyDiffusion(_Base):  # type: ignore[misc]
    """Mixes channels: the place of a diffusion network."""

    def __init__(self, seed: int) -> None:
        import torch

        super().__init__()
        self.dtype = torch.float32
        self.patch_size = 1
        self.mix = linear(CHANNELS, CHANNELS, seed)

    def forward(self, x: Any, timesteps: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The shape of ``x`` [B, C, ...]; other channel counts come back as zeros."""
        if x.shape[1] != CHANNELS:
            return x * 0.0
        return self.mix(x.movedim(1, -1)).movedim(-1, 1)


class TinyBase(_Base):  # type: ignore[misc]
    """What a host's patcher holds under ``model``: network, sampling, latent format."""

    def __init__(self, seed: int) -> None:
        import torch

        from reference_runtime.host.standins.comfy import latent_formats

        super().__init__()
        self.diffusion_model = TinyDiffusion(seed)
        self.model_sampling = discrete_sampling()
        self.latent_format = latent_formats.SD15()
        self.model_config = SimpleNamespace(
            unet_config={"context_dim": 768, "model_channels": CHANNELS, "in_channels": CHANNELS},
            sampling_settings={},
            latent_format=self.latent_format,
        )
        self.model_type = None
        self.manual_cast_dtype = None
        self.memory_usage_factor = 1.0
        self.adm_channels = 0
        self.device = torch.device("cpu")

    def apply_model(self, x: Any, t: Any, *args: Any, **kwargs: Any) -> Any:
        """What is left of ``x`` [B, C, ...] at sigma ``t`` without its noise."""
        sampling = self.model_sampling
        scaled = sampling.calculate_input(t, x)
        return sampling.calculate_denoised(t, self.diffusion_model(scaled, t), x)

    def get_dtype(self) -> Any:
        return self.diffusion_model.dtype

    get_dtype_inference = get_dtype

    def process_latent_in(self, latent: Any) -> Any:
        return self.latent_format.process_in(latent)

    def process_latent_out(self, latent: Any) -> Any:
        return self.latent_format.process_out(latent)

    def scale_latent_inpaint(self, latent_image: Any, **kwargs: Any) -> Any:
        return latent_image

    def memory_required(self, input_shape: Any, **kwargs: Any) -> int:
        return 1 << 20

    def extra_conds(self, **kwargs: Any) -> dict[str, Any]:
        return {}


def discrete_sampling() -> Any:
    """The sampling object of the most common models: a table of sigmas, noise predicted."""
    from reference_runtime.host.standins.comfy.model_sampling import EPS, ModelSamplingDiscrete

    class Sampling(ModelSamplingDiscrete, EPS):
        pass

    return Sampling()
