"""Tiny torch modules with weights that are the same everywhere: the insides of the fakes.

Imported only where a fake is made: it needs torch.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from reference_runtime.recipes.bits import filled

CHANNELS = 4
"""Of latents, as in the most common models."""
BLOCKS = ("blocks", "double_blocks", "single_blocks", "transformer_blocks")
WIDTH = 64
"""What a network says that its tokens have."""


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


class TinyBlock(_Base):  # type: ignore[misc]
    """The place of one block: one layer under the names of attention and of feed-forward layers."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        self.mix = linear(CHANNELS, CHANNELS, seed)

    @property
    def _layer(self) -> Any:
        return self.mix

    self_attn = cross_attn = attn = attn1 = attn2 = ff = ffn = mlp = _layer

    def forward(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """The shape of ``x`` [..., 4]."""
        return self.mix(x)


class TinyDiffusion(_Base):  # type: ignore[misc]
    """Mixes channels: the place of a diffusion network.

    It has blocks under the names of several families of networks, so that what is patched by name
    finds its place. What it gives does not depend on them.
    """

    def __init__(self, seed: int) -> None:
        import torch

        super().__init__()
        self.dtype = torch.float32
        self.patch_size = 1
        self.mix = linear(CHANNELS, CHANNELS, seed)
        for number, name in enumerate(BLOCKS, start=1):
            setattr(self, name, torch.nn.ModuleList([TinyBlock(seed + number)]))
        self.dim = self.hidden_size = WIDTH
        self.num_heads = 1
        self.params = SimpleNamespace(
            hidden_size=WIDTH, num_heads=1, theta=10_000, axes_dim=[16, 24, 24]
        )

    def forward(self, x: Any, timesteps: Any = None, *args: Any, **kwargs: Any) -> Any:
        """The shape of ``x`` [B, C, ...]; other channel counts come back as zeros."""
        if x.shape[1] != CHANNELS:
            return x * 0.0
        return self.mix(x.movedim(1, -1)).movedim(-1, 1)


class TinyCoder(_Base):  # type: ignore[misc]
    """The place of a VAE's network: means of pixels, and pixels repeated.

    ``frames``: of a video for one of its latent, after the first; None for pictures.
    """

    def __init__(self, seed: int, channels: int, ratio: int, frames: int | None) -> None:
        super().__init__()
        self.encoder = linear(CHANNELS, CHANNELS, seed)
        self.decoder = linear(CHANNELS, CHANNELS, seed + 1)
        self.channels, self.ratio, self.frames = channels, ratio, frames

    def encode(self, x: Any, *args: Any, **kwargs: Any) -> Any:
        """[B, 3, (F,) H, W] in -1..1 to [B, channels, (T,) h, w]."""
        from torch.nn import functional

        size = [max(1, length // self.ratio) for length in x.shape[-2:]]
        if self.frames is None:
            small = functional.adaptive_avg_pool2d(x, size)
        else:
            size = [(x.shape[2] - 1) // self.frames + 1, *size]
            small = functional.adaptive_avg_pool3d(x, size)
        copies = [1, self.channels // 3 + 1] + [1] * (x.ndim - 2)
        return small.repeat(copies)[:, : self.channels]

    def decode(self, z: Any, *args: Any, **kwargs: Any) -> Any:
        """[B, channels, (T,) h, w] to [B, 3, (F,) H, W]."""
        x = z[:, :3].float()
        if self.frames is not None:
            first, rest = x[:, :, :1], x[:, :, 1:].repeat_interleave(self.frames, dim=2)
            x = _joined(first, rest)
        return x.repeat_interleave(self.ratio, dim=-2).repeat_interleave(self.ratio, dim=-1)


def _joined(first: Any, rest: Any) -> Any:
    import torch

    return torch.cat([first, rest], dim=2)


class TinyUpscaler(_Base):  # type: ignore[misc]
    """Repeats pixels: the place of an upscaling network."""

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, x: Any) -> Any:
        """[B, C, H, W] to [B, C, scale * H, scale * W]."""
        return x.repeat_interleave(self.scale, dim=2).repeat_interleave(self.scale, dim=3)


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
