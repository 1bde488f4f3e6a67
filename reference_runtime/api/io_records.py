"""The dict shapes that io types carry: LATENT, CONDITIONING, AUDIO, LOAD_3D, ...

Tensors are named in strings so that nothing here imports torch. Shapes: images [B, H, W, C] float
0..1, masks [B, H, W], latent samples [B, C, H, W] (or five axes for video), waveforms [B, C, T].
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    import torch


class _LatentRequired(TypedDict):
    samples: torch.Tensor


class LatentDict(_LatentRequired, total=False):
    """A latent; ``batch_index`` holds one int per sample."""

    noise_mask: torch.Tensor
    batch_index: list[int]
    type: str


class _PooledRequired(TypedDict):
    pooled_output: torch.Tensor


class PooledDict(_PooledRequired, total=False):
    """The options beside a conditioning tensor; every key but the first is optional."""

    control: Any
    control_apply_to_uncond: bool
    cross_attn_controlnet: torch.Tensor
    pooled_output_controlnet: torch.Tensor
    gligen: tuple[Any, ...]
    area: tuple[Any, ...]
    strength: float
    mask: torch.Tensor
    mask_strength: float
    set_area_to_bounds: bool
    concat_latent_image: torch.Tensor
    concat_mask: torch.Tensor
    concat_image: torch.Tensor
    noise_augmentation: float
    hooks: Any
    default: bool
    start_percent: float
    end_percent: float
    clip_start_percent: float
    clip_end_percent: float
    attention_mask: torch.Tensor
    attention_mask_img_shape: tuple[int, ...]
    unclip_conditioning: list[dict[str, Any]]
    conditioning_lyrics: torch.Tensor
    seconds_start: float
    seconds_total: float
    lyrics_strength: float
    width: int
    height: int
    aesthetic_score: float
    crop_w: int
    crop_h: int
    target_width: int
    target_height: int
    reference_latents: list[torch.Tensor]
    guidance: float
    guiding_frame_index: int
    ref_latent: torch.Tensor
    keyframe_idxs: list[int]
    frame_rate: float
    stable_cascade_prior: torch.Tensor
    elevation: list[float]
    azimuth: list[float]
    motion_bucket_id: int
    fps: int
    augmentation_level: float
    clip_vision_output: Any
    vace_frames: torch.Tensor
    vace_mask: torch.Tensor
    vace_strength: float
    camera_conditions: Any
    time_dim_concat: torch.Tensor
    time_dim_replace: torch.Tensor


class AudioDict(TypedDict):
    """Audio as the host types it.

    The second key is the host's typo: real data use sample_rate (B12).
    """

    waveform: torch.Tensor
    sampler_rate: int


class LossMapDict(TypedDict):
    loss: list[torch.Tensor]


class AccumulationDict(TypedDict):
    accum: list[Any]


class CameraInfo(TypedDict):
    position: dict[str, float | int]
    target: dict[str, float | int]
    zoom: int
    cameraType: str


class _Model3DRequired(TypedDict):
    image: str
    mask: str
    normal: str
    camera_info: CameraInfo


class Model3DDict(_Model3DRequired, total=False):
    recording: str


class TrackDict(TypedDict):
    track_path: torch.Tensor
    track_visibility: torch.Tensor


class BoundingBoxDict(TypedDict):
    x: int
    y: int
    width: int
    height: int
