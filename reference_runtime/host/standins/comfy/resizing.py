"""Resizing images and latents: the real functions behind ``comfy.utils.common_upscale``.

Tensors are (batch, channels, height, width). Source of the rules: results of ComfyUI 0.3.64.
"""

from __future__ import annotations

from typing import Any


def common_upscale(samples: Any, width: int, height: int, upscale_method: str, crop: str) -> Any:
    """Resize to ``width`` x ``height``; crop "center" first cuts to the target's aspect.

    ``upscale_method``: a mode of torch's interpolate, "bislerp" or "lanczos". A video tensor
    (batch, channels, frames, height, width) is resized frame by frame and comes back in its own
    form.
    """
    import torch

    shape = tuple(samples.shape)
    if len(shape) > 4:  # frames join the batch
        samples = samples.reshape(shape[0], shape[1], -1, shape[-2], shape[-1]).movedim(2, 1)
        samples = samples.reshape(-1, shape[1], shape[-2], shape[-1])
    cut = center_cut(samples, width, height) if crop == "center" else samples
    if upscale_method == "bislerp":
        out = bislerp(cut, width, height)
    elif upscale_method == "lanczos":
        out = lanczos(cut, width, height)
    else:
        out = torch.nn.functional.interpolate(cut, size=(height, width), mode=upscale_method)
    if len(shape) == 4:
        return out
    out = out.reshape((shape[0], -1, shape[1], height, width)).movedim(2, 1)
    return out.reshape((*shape[:-2], height, width))


def center_cut(samples: Any, width: int, height: int) -> Any:
    """The middle part of (..., height, width) samples that has the aspect of the target size."""
    old_width, old_height = samples.shape[-1], samples.shape[-2]
    aspect, wanted = old_width / old_height, width / height
    x = y = 0
    if aspect > wanted:
        x = round((old_width - old_width * (wanted / aspect)) / 2)
    elif aspect < wanted:
        y = round((old_height - old_height * (aspect / wanted)) / 2)
    return samples.narrow(-2, y, old_height - y * 2).narrow(-1, x, old_width - x * 2)


def lanczos(samples: Any, width: int, height: int) -> Any:
    """Resize through Pillow (8 bits a channel), back to the samples' device and dtype.

    TypeError for a single channel, as on the host: Pillow takes no (height, width, 1) array.
    """
    import numpy
    import torch
    from PIL import Image

    def resize(image: Any) -> Any:
        values = 255.0 * image.movedim(0, -1).cpu().numpy()
        array = numpy.clip(values, 0, 255).astype(numpy.uint8)
        picture = Image.fromarray(array)
        resized = numpy.array(picture.resize((width, height), resample=Image.Resampling.LANCZOS))
        return torch.from_numpy(resized.astype(numpy.float32) / 255.0).movedim(-1, 0)

    return torch.stack([resize(image) for image in samples]).to(samples.device, samples.dtype)


def bislerp(samples: Any, width: int, height: int) -> Any:
    """Bilinear sampling where neighbours are blended along the sphere, not along the chord."""
    across = _stretch(samples.float(), 3, width)
    return _stretch(across, 2, height).to(samples.dtype)


def _stretch(samples: Any, dim: int, length: int) -> Any:
    """Resample one dimension to ``length``; the channels of each point form the vector blended."""
    near, far, share = _neighbours(samples.shape[dim], length, samples.device)
    first = samples.index_select(dim, near).movedim(1, -1)
    second = samples.index_select(dim, far).movedim(1, -1)
    shape = [1, 1, 1, 1]
    shape[dim - 1] = length  # the channels have moved to the end
    return _slerp(first, second, share.reshape(shape)).movedim(-1, 1)


def _neighbours(old: int, new: int, device: Any) -> tuple[Any, Any, Any]:
    """For each new position its two old neighbours and the second one's share.

    The positions are those of torch's bilinear interpolation, and so is the way its edges clamp.
    """
    import torch

    def line(values: Any) -> Any:
        flat = values.reshape(1, 1, 1, -1).to(torch.float32)
        mode = "bilinear"
        return torch.nn.functional.interpolate(flat, size=(1, new), mode=mode).reshape(-1)

    at = torch.arange(old, device=device)
    position = line(at)
    share = position - position.floor()
    near = position.floor().long()
    after = (at + 1).clamp(max=old - 1)
    far = line(after).floor().long()
    return near, far, share


def _slerp(first: Any, second: Any, share: Any) -> Any:
    """Spherical blend of the last dimension's vectors; lengths blend linearly.

    Nearly parallel vectors give the first, nearly opposite ones blend linearly.
    """
    import torch

    length_1 = torch.linalg.vector_norm(first, dim=-1, keepdim=True)
    length_2 = torch.linalg.vector_norm(second, dim=-1, keepdim=True)
    unit_1 = torch.where(length_1 > 0, first / length_1, torch.zeros_like(first))
    unit_2 = torch.where(length_2 > 0, second / length_2, torch.zeros_like(second))
    dot = (unit_1 * unit_2).sum(-1, keepdim=True)
    angle = torch.acos(dot)
    sine = torch.sin(angle)
    blend = (
        torch.sin((1.0 - share) * angle) / sine * unit_1 + torch.sin(share * angle) / sine * unit_2
    )
    blend = blend * (length_1 * (1.0 - share) + length_2 * share)
    blend = torch.where(dot > 1 - 1e-5, first, blend)
    return torch.where(dot < 1e-5 - 1, first * (1.0 - share) + second * share, blend)
