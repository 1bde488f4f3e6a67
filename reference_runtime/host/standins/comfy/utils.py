"""``comfy.utils``: state dicts, batches, progress. All real.

Source of the rules: behaviour of ComfyUI 0.3.64 and Hanzo Studio 0.3.71.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Sequence
from functools import reduce
from typing import Any

from reference_runtime.host.standins.comfy.resizing import bislerp, common_upscale, lanczos
from reference_runtime.host.standins.comfy.tiling import (
    get_tiled_scale_steps,
    tiled_scale,
    tiled_scale_multidim,
)

__all__ = [
    "ProgressBar", "bislerp", "calculate_parameters", "common_upscale", "convert_sd_to",
    "copy_to_param", "get_attr", "get_tiled_scale_steps", "lanczos", "load_torch_file",
    "pack_latents", "repeat_to_batch_size", "reshape_mask", "resize_list_to_batch_size",
    "resize_to_batch_size", "safetensors_header", "save_torch_file", "set_attr", "set_attr_param",
    "set_progress_bar_enabled", "set_progress_bar_global_hook", "state_dict_key_replace",
    "state_dict_prefix_replace", "tiled_scale", "tiled_scale_multidim", "unpack_latents",
    "weight_dtype",
]  # fmt: skip

StateDict = dict[str, Any]

MMAP_TORCH_FILES = False
DISABLE_MMAP = False
ALWAYS_SAFE_LOAD = True

# --- files --------------------------------------------------------------------------------------


def load_torch_file(
    ckpt: str, safe_load: bool = False, device: Any = None, return_metadata: bool = False
) -> Any:
    """State dict of a safetensors or torch file; with ``return_metadata`` a pair with its metadata.

    Torch files are always loaded with ``weights_only``, so that no file can run code.
    """
    import torch

    device = torch.device("cpu") if device is None else device
    metadata = None
    if str(ckpt).lower().endswith((".safetensors", ".sft")):
        state, metadata = _load_safetensors(ckpt, device)
    else:
        loaded = torch.load(ckpt, map_location=device, weights_only=True)
        state = loaded.get("state_dict", loaded) if isinstance(loaded, dict) else loaded
        if isinstance(state, dict) and len(state) == 1:
            inner = next(iter(state.values()))
            state = inner if isinstance(inner, dict) else state
    return (state, metadata) if return_metadata else state


def _load_safetensors(path: str, device: Any) -> tuple[StateDict, dict[str, str] | None]:
    from safetensors import safe_open

    with safe_open(path, framework="pt", device=str(device)) as file:
        return {key: file.get_tensor(key) for key in file.keys()}, file.metadata()  # noqa: SIM118


def save_torch_file(sd: StateDict, ckpt: str, metadata: dict[str, str] | None = None) -> None:
    """Write a state dict as safetensors."""
    from safetensors.torch import save_file

    save_file(sd, ckpt, metadata=metadata)


def safetensors_header(safetensors_path: str, max_size: int = 100 * 1024 * 1024) -> bytes | None:
    """The JSON header of a safetensors file; None when it is larger than ``max_size`` bytes."""
    with open(safetensors_path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        return None if length > max_size else file.read(length)


# --- state dicts --------------------------------------------------------------------------------


def calculate_parameters(sd: StateDict, prefix: str = "") -> int:
    """How many numbers the tensors below ``prefix`` hold."""
    return sum(value.nelement() for key, value in sd.items() if key.startswith(prefix))


def weight_dtype(sd: StateDict, prefix: str = "") -> Any:
    """The dtype that holds the most numbers below ``prefix``; None when there are no tensors."""
    counts: dict[Any, int] = {}
    for key, value in sd.items():
        if key.startswith(prefix):
            counts[value.dtype] = counts.get(value.dtype, 0) + value.numel()
    return max(counts, key=lambda dtype: counts[dtype]) if counts else None


def state_dict_key_replace(state_dict: StateDict, keys_to_replace: dict[str, str]) -> StateDict:
    """Rename keys in place; returns the same dict."""
    for old, new in keys_to_replace.items():
        if old in state_dict:
            state_dict[new] = state_dict.pop(old)
    return state_dict


def state_dict_prefix_replace(
    state_dict: StateDict, replace_prefix: dict[str, str], filter_keys: bool = False
) -> StateDict:
    """Replace key prefixes in place, or (``filter_keys``) in a new dict of those keys alone."""
    out: StateDict = {} if filter_keys else state_dict
    for old, new in replace_prefix.items():
        for key in [key for key in state_dict if key.startswith(old)]:
            out[new + key[len(old) :]] = state_dict.pop(key)
    return out


def convert_sd_to(state_dict: StateDict, dtype: Any) -> StateDict:
    """Convert every tensor in place; returns the same dict."""
    for key in list(state_dict):
        state_dict[key] = state_dict[key].to(dtype)
    return state_dict


def swap_scale_shift(weight: Any) -> Any:
    """Exchange the two halves of the first dimension."""
    import torch

    shift, scale = weight.chunk(2, dim=0)
    return torch.cat([scale, shift], dim=0)


# --- attributes by dotted name ------------------------------------------------------------------


def get_attr(obj: Any, attr: str) -> Any:
    """The object at the end of a dotted name."""
    return reduce(getattr, attr.split("."), obj)


def set_attr(obj: Any, attr: str, value: Any) -> Any:
    """Set a dotted name and return what stood there before."""
    path, _, last = attr.rpartition(".")
    holder = get_attr(obj, path) if path else obj
    before = getattr(holder, last)
    setattr(holder, last, value)
    return before


def set_attr_param(obj: Any, attr: str, value: Any) -> Any:
    """As ``set_attr``, with the value made a frozen torch parameter."""
    import torch

    return set_attr(obj, attr, torch.nn.Parameter(value, requires_grad=False))


def copy_to_param(obj: Any, attr: str, value: Any) -> None:
    """Copy into the tensor at a dotted name, in place."""
    get_attr(obj, attr).data.copy_(value)


# --- batches ------------------------------------------------------------------------------------


def repeat_to_batch_size(tensor: Any, batch_size: int, dim: int = 0) -> Any:
    """Cut or repeat whole along ``dim`` until it is ``batch_size`` long."""
    length = tensor.shape[dim]
    if length > batch_size:
        return tensor.narrow(dim, 0, batch_size)
    if length == batch_size:
        return tensor
    repeats = [1] * tensor.dim()
    repeats[dim] = math.ceil(batch_size / length)
    return tensor.repeat(repeats).narrow(dim, 0, batch_size)


def resize_to_batch_size(tensor: Any, batch_size: int) -> Any:
    """Spread the entries evenly over a batch of another size; ends stay ends."""
    import torch

    picks = _spread(tensor.shape[0], batch_size)
    if picks is None:
        return tensor
    return torch.stack([tensor[index] for index in picks])


def resize_list_to_batch_size(l: Sequence[Any], batch_size: int) -> Any:  # noqa: E741
    """As ``resize_to_batch_size``, for a list."""
    picks = _spread(len(l), batch_size)
    return l if picks is None else [l[index] for index in picks]


def _spread(have: int, want: int) -> list[int] | None:
    """Which entry each new position takes; None when nothing changes."""
    if have == want:
        return None
    if want <= 1:
        return list(range(want))
    if want < have:
        step = (have - 1) / (want - 1)
        return [min(round(index * step), have - 1) for index in range(want)]
    scale = have / want
    return [min(math.floor((index + 0.5) * scale), have - 1) for index in range(want)]


def reshape_mask(input_mask: Any, output_shape: Sequence[int]) -> Any:
    """Fit a mask to a latent's shape (batch, channels, ..., height, width) by bilinear resizing."""
    import torch

    dims = len(output_shape) - 2
    mask, mode = _mask_form(input_mask, dims)
    mask = torch.nn.functional.interpolate(mask, size=tuple(output_shape[2:]), mode=mode)
    if mask.shape[1] < output_shape[1]:
        mask = mask.repeat((1, output_shape[1]) + (1,) * dims)[:, : output_shape[1]]
    return repeat_to_batch_size(mask, output_shape[0])


def _mask_form(mask: Any, dims: int) -> tuple[Any, str]:
    if dims == 1:
        return mask, "linear"
    if dims == 2:
        return mask.reshape((-1, 1, mask.shape[-2], mask.shape[-1])), "bilinear"
    if mask.ndim < 5:
        mask = mask.reshape((1, 1, -1, mask.shape[-2], mask.shape[-1]))
    return mask, "trilinear"


def pack_latents(latents: Sequence[Any]) -> tuple[Any, list[Any]]:
    """Latents of several shapes as one tensor (batch, 1, n), and their shapes."""
    import torch

    shapes = [latent.shape for latent in latents]
    flat = [latent.reshape(latent.shape[0], 1, -1) for latent in latents]
    return torch.cat(flat, dim=-1), shapes


def unpack_latents(combined_latent: Any, latent_shapes: Sequence[Any]) -> list[Any]:
    """The latents that ``pack_latents`` joined."""
    if len(latent_shapes) <= 1:
        return [combined_latent]
    out, begin = [], 0
    for shape in latent_shapes:
        length = math.prod(shape[1:])
        part = combined_latent[:, :, begin : begin + length]
        out.append(part.reshape([part.shape[0], *list(shape)[1:]]))
        begin += length
    return out


# --- progress -----------------------------------------------------------------------------------

PROGRESS_BAR_ENABLED = True
PROGRESS_BAR_HOOK: Callable[..., Any] | None = None


def set_progress_bar_enabled(enabled: bool) -> None:
    global PROGRESS_BAR_ENABLED
    PROGRESS_BAR_ENABLED = enabled


def set_progress_bar_global_hook(function: Callable[..., Any] | None) -> None:
    global PROGRESS_BAR_HOOK
    PROGRESS_BAR_HOOK = function


class ProgressBar:
    """Reports progress of a node to the hook that the engine sets, if any."""

    def __init__(self, total: float, node_id: str | None = None) -> None:
        self.total = total
        self.current: float = 0
        self.hook = PROGRESS_BAR_HOOK
        self.node_id = node_id

    def update_absolute(
        self, value: float, total: float | None = None, preview: Any = None
    ) -> None:
        """Set the position (never beyond the total) and tell the hook."""
        if total is not None:
            self.total = total
        self.current = min(value, self.total)
        if self.hook is not None:
            self.hook(self.current, self.total, preview, node_id=self.node_id)

    def update(self, value: float) -> None:
        self.update_absolute(self.current + value)
