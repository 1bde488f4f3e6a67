"""A stand-in for VAE, of pictures or of videos: shapes and faces of the host's, a toy inside."""

from __future__ import annotations

from typing import Any

from reference_runtime.recipes.fakes.model import FakeModel
from reference_runtime.recipes.fakes.modules import TinyBase, TinyCoder
from reference_runtime.recipes.fakes.naming import Fake

RATIO = 8
"""Pixels of a picture for one of a latent."""
FRAMES = 4
"""Frames of a video for one of its latent, after the first."""
CHANNELS, VIDEO_CHANNELS = 4, 16


class FakeVAE(Fake):
    """Not a coder: latents are small pictures, and pictures large latents.

    ``video``: latents are [B, 16, T, h, w], of 4 * (T - 1) + 1 frames.
    """

    io_type = "VAE"

    def __init__(self, seed: int = 0, video: bool = False) -> None:
        import torch

        channels = VIDEO_CHANNELS if video else CHANNELS
        frames = FRAMES if video else None
        self.first_stage_model = TinyCoder(seed, channels, RATIO, frames)
        self.patcher = FakeModel(TinyBase(seed))
        self.latent_channels = channels
        self.latent_dim = 3 if video else 2
        self.output_channels = 3
        self.downscale_ratio: Any = RATIO
        self.upscale_ratio: Any = RATIO
        self.downscale_index_formula: tuple[int, int, int] | None = None
        if video:
            self.downscale_index_formula = (FRAMES, RATIO, RATIO)
            self.downscale_ratio = (lambda a: (a + FRAMES - 1) // FRAMES, RATIO, RATIO)
            self.upscale_ratio = (lambda a: max(0, a * FRAMES - FRAMES + 1), RATIO, RATIO)
        self.upscale_index_formula = self.downscale_index_formula
        self.vae_dtype = torch.float32
        self.working_dtypes = [torch.float32]
        self.device = self.output_device = torch.device("cpu")
        self.disable_offload = False
        self.not_video = not video
        self.extra_1d_channel = None

    def __deepcopy__(self, memo: dict[int, Any]) -> FakeVAE:
        """Another one with the same weights: functions of the ratios can't be copied."""
        made = FakeVAE(video=not self.not_video)
        made.first_stage_model.load_state_dict(self.first_stage_model.state_dict())
        return made

    def encode(self, pixel_samples: Any) -> Any:
        """[B, H, W, C] in 0..1 to [B, 4, H/8, W/8]; of a video, frames to [1, 16, T, H/8, W/8]."""
        pixels = self.process_input(pixel_samples[..., :3].movedim(-1, 1).float())
        if not self.not_video:
            pixels = pixels.movedim(0, 1).unsqueeze(0) if pixels.ndim == 4 else pixels
        return self.first_stage_model.encode(pixels)

    def decode(self, samples_in: Any, vae_options: Any = None) -> Any:
        """[B, 4, h, w] to [B, 8h, 8w, 3] in 0..1; a fifth dimension of frames stays one."""
        import torch

        if samples_in.ndim == 5 and self.not_video:
            frames = [self.decode(frame) for frame in samples_in.unbind(2)]
            return torch.stack(frames, dim=1)
        return self.process_output(self.first_stage_model.decode(samples_in)).movedim(1, -1)

    def encode_tiled(self, pixel_samples: Any, **kwargs: Any) -> Any:
        return self.encode(pixel_samples)

    def decode_tiled(self, samples: Any, **kwargs: Any) -> Any:
        return self.decode(samples)

    def process_input(self, image: Any) -> Any:
        return image * 2.0 - 1.0

    def process_output(self, image: Any) -> Any:
        return ((image + 1.0) / 2.0).clamp(0.0, 1.0)

    def memory_used_decode(self, shape: Any, dtype: Any) -> int:
        return 1 << 20

    memory_used_encode = memory_used_decode

    def spacial_compression_decode(self) -> int:
        return RATIO

    spacial_compression_encode = spacial_compression_decode

    def temporal_compression_decode(self) -> int | None:
        return None if self.not_video else FRAMES

    def throw_exception_if_invalid(self) -> None:
        """It is as valid as it gets."""

    def get_sd(self) -> dict[str, Any]:
        return dict(self.first_stage_model.state_dict())
