"""What the host's simple v1 nodes do, for packs that call or extend them: no model needed.

Images are (batch, height, width, channels) float tensors in 0..1, masks (batch, height, width), a
latent is a dict with ``samples`` (batch, channels, height, width). Source of the rules: results of
ComfyUI 0.3.64 for these nodes.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from typing import Any, BinaryIO

from reference_runtime.host.standins import folder_paths, node_helpers
from reference_runtime.host.standins.comfy import utils
from reference_runtime.host.standins.comfy.cli_args import args
from reference_runtime.levels import ACTIVE

MAX_RESOLUTION = 16384
Latent = dict[str, Any]

# --- conditioning -------------------------------------------------------------------------------


class ConditioningCombine:
    def combine(self, conditioning_1: Any, conditioning_2: Any) -> tuple[Any]:
        return (conditioning_1 + conditioning_2,)


class ConditioningConcat:
    def concat(self, conditioning_to: Any, conditioning_from: Any) -> tuple[Any]:
        """Append the first source's tokens to every target (batch, tokens, channels)."""
        import torch

        added = conditioning_from[0][0]
        return ([[torch.cat((cond, added), 1), opts.copy()] for cond, opts in conditioning_to],)


class ConditioningSetArea:
    def append(
        self, conditioning: Any, width: int, height: int, x: int, y: int, strength: float
    ) -> tuple[Any]:
        area = (height // 8, width // 8, y // 8, x // 8)
        values = {"area": area, "strength": strength, "set_area_to_bounds": False}
        return (node_helpers.conditioning_set_values(conditioning, values),)


class ConditioningSetAreaPercentage:
    def append(
        self, conditioning: Any, width: float, height: float, x: float, y: float, strength: float
    ) -> tuple[Any]:
        area = ("percentage", height, width, y, x)
        values = {"area": area, "strength": strength, "set_area_to_bounds": False}
        return (node_helpers.conditioning_set_values(conditioning, values),)


class ConditioningSetAreaStrength:
    def append(self, conditioning: Any, strength: float) -> tuple[Any]:
        return (node_helpers.conditioning_set_values(conditioning, {"strength": strength}),)


class ConditioningSetMask:
    def append(
        self, conditioning: Any, mask: Any, set_cond_area: str, strength: float
    ) -> tuple[Any]:
        values = {
            "mask": mask.unsqueeze(0) if mask.dim() < 3 else mask,
            "set_area_to_bounds": set_cond_area != "default",
            "mask_strength": strength,
        }
        return (node_helpers.conditioning_set_values(conditioning, values),)


class ConditioningSetTimestepRange:
    def set_range(self, conditioning: Any, start: float, end: float) -> tuple[Any]:
        values = {"start_percent": start, "end_percent": end}
        return (node_helpers.conditioning_set_values(conditioning, values),)


class ConditioningZeroOut:
    def zero_out(self, conditioning: Any) -> tuple[Any]:
        """Zeros in place of the tokens and, where there are any, of the pooled vectors."""
        import torch

        made = []
        for cond, options in conditioning:
            changed = options.copy()
            for key in ("pooled_output", "conditioning_lyrics"):
                if changed.get(key) is not None:
                    changed[key] = torch.zeros_like(changed[key])
            made.append([torch.zeros_like(cond), changed])
        return (made,)


# --- latents ------------------------------------------------------------------------------------


class EmptyLatentImage:
    def generate(self, width: int, height: int, batch_size: int = 1) -> tuple[Latent]:
        import torch

        return ({"samples": torch.zeros([batch_size, 4, height // 8, width // 8])},)


class LatentUpscale:
    def upscale(
        self, samples: Latent, upscale_method: str, width: int, height: int, crop: str
    ) -> tuple[Latent]:
        """Resize to a size in pixels; 0 for one side keeps the aspect, for both changes nothing."""
        if width == 0 and height == 0:
            return (samples,)
        old = samples["samples"]
        if width == 0:
            height = max(64, height)
            width = max(64, round(old.shape[-1] * height / old.shape[-2]))
        elif height == 0:
            width = max(64, width)
            height = max(64, round(old.shape[-2] * width / old.shape[-1]))
        else:
            width, height = max(64, width), max(64, height)
        resized = utils.common_upscale(old, width // 8, height // 8, upscale_method, crop)
        return ({**samples, "samples": resized},)


class LatentUpscaleBy:
    def upscale(self, samples: Latent, upscale_method: str, scale_by: float) -> tuple[Latent]:
        old = samples["samples"]
        width, height = round(old.shape[-1] * scale_by), round(old.shape[-2] * scale_by)
        resized = utils.common_upscale(old, width, height, upscale_method, "disabled")
        return ({**samples, "samples": resized},)


class LatentRotate:
    def rotate(self, samples: Latent, rotation: str) -> tuple[Latent]:
        import torch

        turns = {"90": 1, "180": 2, "270": 3}.get(rotation.partition(" ")[0], 0)
        return ({**samples, "samples": torch.rot90(samples["samples"], k=turns, dims=[3, 2])},)


class LatentFlip:
    def flip(self, samples: Latent, flip_method: str) -> tuple[Latent]:
        import torch

        made = samples.copy()
        dims = {"x": [2], "y": [3]}.get(flip_method[:1])
        if dims:
            made["samples"] = torch.flip(samples["samples"], dims=dims)
        return (made,)


class LatentCrop:
    def crop(self, samples: Latent, width: int, height: int, x: int, y: int) -> tuple[Latent]:
        """Cut a window given in pixels; a corner too far right or down is moved back."""
        old = samples["samples"]
        left = min(x // 8, old.shape[3] - 8)
        top = min(y // 8, old.shape[2] - 8)
        cut = old[:, :, top : top + height // 8, left : left + width // 8]
        return ({**samples, "samples": cut},)


class SetLatentNoiseMask:
    def set_mask(self, samples: Latent, mask: Any) -> tuple[Latent]:
        flat = mask.reshape((-1, 1, mask.shape[-2], mask.shape[-1]))
        return ({**samples, "noise_mask": flat},)


# --- images -------------------------------------------------------------------------------------


class ImageScale:
    def upscale(
        self, image: Any, upscale_method: str, width: int, height: int, crop: str
    ) -> tuple[Any]:
        """Resize; 0 for one side keeps the aspect, 0 for both changes nothing."""
        if width == 0 and height == 0:
            return (image,)
        samples = image.movedim(-1, 1)
        if width == 0:
            width = max(1, round(samples.shape[3] * height / samples.shape[2]))
        elif height == 0:
            height = max(1, round(samples.shape[2] * width / samples.shape[3]))
        return (utils.common_upscale(samples, width, height, upscale_method, crop).movedim(1, -1),)


class ImageScaleBy:
    def upscale(self, image: Any, upscale_method: str, scale_by: float) -> tuple[Any]:
        samples = image.movedim(-1, 1)
        width, height = round(samples.shape[3] * scale_by), round(samples.shape[2] * scale_by)
        scaled = utils.common_upscale(samples, width, height, upscale_method, "disabled")
        return (scaled.movedim(1, -1),)


class ImageInvert:
    def invert(self, image: Any) -> tuple[Any]:
        return (1.0 - image,)


class ImageBatch:
    def batch(self, image1: Any, image2: Any) -> tuple[Any]:
        """One batch of both; the second is resized (bilinear, centred) to the first's size.

        From 0.3.71 on an image without alpha gets an opaque one when the other has alpha; before,
        that is a RuntimeError.
        """
        import torch

        if image1.shape[-1] != image2.shape[-1] and ACTIVE.level.rank >= 1:
            if image1.shape[-1] > image2.shape[-1]:
                image2 = torch.nn.functional.pad(image2, (0, 1), value=1.0)
            else:
                image1 = torch.nn.functional.pad(image1, (0, 1), value=1.0)
        if image1.shape[1:] != image2.shape[1:]:
            second = image2.movedim(-1, 1)
            height, width = image1.shape[1:3]
            second = utils.common_upscale(second, width, height, "bilinear", "center")
            image2 = second.movedim(1, -1)
        return (torch.cat((image1, image2), dim=0),)


class EmptyImage:
    def generate(self, width: int, height: int, batch_size: int = 1, color: int = 0) -> tuple[Any]:
        """One colour (0xRRGGBB) all over."""
        import torch

        levels = [(color >> shift & 0xFF) / 0xFF for shift in (16, 8, 0)]
        plane = torch.tensor(levels, dtype=torch.float32).expand(batch_size, height, width, 3)
        return (plane.clone(),)


class ImagePadForOutpaint:
    def expand_image(
        self, image: Any, left: int, top: int, right: int, bottom: int, feathering: int
    ) -> tuple[Any, Any]:
        """Grey borders, and a mask that is 1 on them and fades out over ``feathering`` pixels."""
        import torch

        batch, height, width, channels = image.shape
        size = (top + height + bottom, left + width + right)
        wide = torch.full((batch, *size, channels), 0.5, dtype=torch.float32)
        wide[:, top : top + height, left : left + width, :] = image
        mask = torch.ones(size, dtype=torch.float32)
        fade = _fade(height, width, (left, top, right, bottom), feathering)
        mask[top : top + height, left : left + width] = fade
        return (wide, mask.unsqueeze(0))


def _fade(height: int, width: int, sides: tuple[int, int, int, int], reach: int) -> Any:
    """Squared fall-off from each side that has a border; zeros when the image is too small."""
    import torch

    fade = torch.zeros((height, width), dtype=torch.float32)
    if reach <= 0 or reach * 2 >= height or reach * 2 >= width:
        return fade
    left, top, right, bottom = sides
    rows = torch.arange(height, dtype=torch.float64).unsqueeze(1).expand(height, width)
    columns = torch.arange(width, dtype=torch.float64).unsqueeze(0).expand(height, width)
    distance = torch.full((height, width), float(max(height, width)), dtype=torch.float64)
    for border, steps in (
        (left, columns),
        (top, rows),
        (right, width - columns),
        (bottom, height - rows),
    ):
        if border:
            distance = torch.minimum(distance, steps)
    return ((reach - distance).clamp(min=0) / reach).square().to(torch.float32)


# --- loading and saving images ------------------------------------------------------------------


class SaveImage:
    def __init__(self) -> None:
        self.output_dir = folder_paths.get_output_directory()
        self.type = "output"
        self.prefix_append = ""
        self.compress_level = 4

    def save_images(
        self,
        images: Any,
        filename_prefix: str = "ComfyUI",
        prompt: Any = None,
        extra_pnginfo: Any = None,
    ) -> dict[str, Any]:
        """Write each image as PNG, the prompt in its metadata; returns what the frontend shows."""
        folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
            filename_prefix + self.prefix_append,
            self.output_dir,
            images[0].shape[1],
            images[0].shape[0],
        )
        saved = []
        for number, image in enumerate(images):
            file = f"{name.replace('%batch_num%', str(number))}_{counter + number:05}_.png"
            info = _metadata(prompt, extra_pnginfo)
            path = os.path.join(folder, file)
            _picture(image).save(path, pnginfo=info, compress_level=self.compress_level)
            saved.append({"filename": file, "subfolder": subfolder, "type": self.type})
        return {"ui": {"images": saved}}


class PreviewImage(SaveImage):
    def __init__(self) -> None:
        super().__init__()
        self.output_dir = folder_paths.get_temp_directory()
        self.type = "temp"
        letters = "".join(random.choice("abcdefghijklmnopqrstupvxyz") for _ in range(5))
        self.prefix_append = "_temp_" + letters
        self.compress_level = 1


def _picture(image: Any) -> Any:
    import numpy
    from PIL import Image

    values = 255.0 * image.cpu().numpy()
    return Image.fromarray(numpy.clip(values, 0, 255).astype(numpy.uint8))


def _metadata(prompt: Any, extra_pnginfo: Any) -> Any:
    from PIL.PngImagePlugin import PngInfo

    if args.disable_metadata:
        return None
    info = PngInfo()
    if prompt is not None:
        info.add_text("prompt", json.dumps(prompt))
    for key, value in (extra_pnginfo or {}).items():
        info.add_text(key, json.dumps(value))
    return info


class _FileInput:
    """Cache key and validation of a node whose input names a file of the input directory."""

    @staticmethod
    def _open(image: str) -> BinaryIO:
        """The file; as on the host nothing keeps the name in the input directory."""
        return open(folder_paths.get_annotated_filepath(image), "rb")

    @classmethod
    def IS_CHANGED(cls, image: str, **kwargs: Any) -> str:
        with cls._open(image) as file:
            return hashlib.sha256(file.read()).hexdigest()

    @classmethod
    def VALIDATE_INPUTS(cls, image: str) -> Any:
        if folder_paths.exists_annotated_filepath(image):
            return True
        return f"Invalid image file: {image}"


class LoadImage(_FileInput):
    def load_image(self, image: str) -> tuple[Any, Any]:
        """(images, masks): every frame of the file's first size; the mask is 1 - alpha."""
        from PIL import Image

        with self._open(image) as file:
            return _frames(node_helpers.pillow(Image.open, file))


def _frames(picture: Any) -> tuple[Any, Any]:
    import torch
    from PIL import ImageOps, ImageSequence

    images, masks, size = [], [], None
    for raw in ImageSequence.Iterator(picture):
        frame = node_helpers.pillow(ImageOps.exif_transpose, raw)
        if frame.mode == "I":
            frame = frame.point(lambda value: value * (1 / 255))
        size = size or frame.size
        if frame.size == size:
            images.append(_pixels(frame.convert("RGB"))[None])
            masks.append(_alpha(frame))
        if picture.format == "MPO":
            break
    return torch.cat(images, dim=0), torch.cat(masks, dim=0)


def _pixels(picture: Any) -> Any:
    import numpy
    import torch

    return torch.from_numpy(numpy.array(picture).astype(numpy.float32) / 255.0)


def _alpha(frame: Any) -> Any:
    """The mask of a frame (1, height, width); 64 x 64 zeros when the frame has no alpha."""
    import torch

    if "A" in frame.getbands():
        return (1.0 - _pixels(frame.getchannel("A")))[None]
    if frame.mode == "P" and "transparency" in frame.info:
        return (1.0 - _pixels(frame.convert("RGBA").getchannel("A")))[None]
    return torch.zeros((1, 64, 64), dtype=torch.float32)


class LoadImageMask(_FileInput):
    _color_channels = ("alpha", "red", "green", "blue")

    def load_image(self, image: str, channel: str) -> tuple[Any]:
        """One channel as mask (1, height, width); alpha is inverted, a missing one gives zeros."""
        import torch
        from PIL import Image, ImageOps

        with self._open(image) as file:
            picture = node_helpers.pillow(Image.open, file)
            picture = node_helpers.pillow(ImageOps.exif_transpose, picture)
            picture.load()
        if picture.getbands() != ("R", "G", "B", "A"):
            if picture.mode == "I":
                picture = picture.point(lambda value: value * (1 / 255))
            picture = picture.convert("RGBA")
        letter = channel[0].upper()
        if letter not in picture.getbands():
            return (torch.zeros((64, 64), dtype=torch.float32).unsqueeze(0),)
        mask = _pixels(picture.getchannel(letter))
        return ((1.0 - mask if letter == "A" else mask).unsqueeze(0),)

    @classmethod
    def IS_CHANGED(cls, image: str, channel: str) -> str:  # type: ignore[override]
        return _FileInput.IS_CHANGED(image)


class LoraLoader:
    def __init__(self) -> None:
        self.loaded_lora: Any = None


class VAELoader:
    @staticmethod
    def vae_list(*args: Any) -> list[str]:
        from reference_runtime.host import core_classes

        return core_classes.vae_names()


_HERE = (
    ConditioningCombine, ConditioningConcat, ConditioningSetArea, ConditioningSetAreaPercentage,
    ConditioningSetAreaStrength, ConditioningSetMask, ConditioningSetTimestepRange,
    ConditioningZeroOut, EmptyLatentImage, LatentUpscale, LatentUpscaleBy, LatentRotate, LatentFlip,
    LatentCrop, SetLatentNoiseMask, ImageScale, ImageScaleBy, ImageInvert, ImageBatch, EmptyImage,
    ImagePadForOutpaint, SaveImage, PreviewImage, LoadImage, LoadImageMask, LoraLoader, VAELoader,
)  # fmt: skip
REAL: dict[tuple[str, str], type] = {("nodes", kind.__name__): kind for kind in _HERE}
"""The real part of a core node class, by canonical module and name."""
