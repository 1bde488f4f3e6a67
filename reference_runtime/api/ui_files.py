"""Files that nodes save: where they go, what they are called, which metadata they carry.

Source of the rules: file naming and metadata of the v3 API's ui module. PIL, numpy and torch load
when used; the folders are the host's ``folder_paths``.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import uuid
from dataclasses import dataclass
from typing import Any

from reference_runtime.api.io_enums import FolderType

_EXIF_PROMPT = 0x0110
_EXIF_EXTRA = 0x010F


def tensor_to_pil(image: Any) -> Any:
    """An image tensor [H, W, C] float as a PIL image; values are clipped to 0..255 after x255."""
    import numpy as np
    from PIL import Image

    pixels = np.clip(255.0 * image.detach().cpu().float().numpy(), 0, 255).astype(np.uint8)
    return Image.fromarray(pixels)


@dataclass
class Target:
    """A place for new files: folder, base name and the next free number."""

    folder: str
    base: str
    counter: int
    subfolder: str

    @classmethod
    def of(cls, prefix: str, folder_type: FolderType, images: Any = None) -> Target:
        """The target for ``prefix`` in the folder.

        ``images`` [B, H, W, C] gives %width% and %height%. Raises what the host's
        ``get_save_image_path`` raises for a prefix that leads out of the folder.
        """
        folder_paths = importlib.import_module("folder_paths")
        directory = folder_paths.get_directory_by_type(FolderType(folder_type).value)
        size = () if images is None else (images[0].shape[1], images[0].shape[0])
        folder, base, counter, subfolder, _ = folder_paths.get_save_image_path(
            prefix, directory, *size
        )
        return cls(folder, base, counter, subfolder)

    def numbered(self, batch: int, extension: str = "png", underscore: bool = True) -> str:
        """The next name, with the batch number put in; takes the number."""
        base = self.base.replace("%batch_num%", str(batch))
        end = "_" if underscore else ""
        name = f"{base}_{self.counter:05}{end}.{extension}"
        self.counter += 1
        return name

    def named(self, extension: str) -> str:
        """The name of a single file."""
        return f"{self.base}_{self.counter:05}_.{extension}"

    def path(self, name: str) -> str:
        return os.path.join(self.folder, name)


def text_metadata(cls: Any) -> dict[str, str]:
    """``prompt`` and each extra_pnginfo key as JSON texts.

    Empty without ``cls`` or ``cls.hidden``, and when the host was told to write no metadata.
    """
    hidden = getattr(cls, "hidden", None)
    if hidden is None or _disabled():
        return {}
    texts = {}
    if hidden.prompt is not None:
        texts["prompt"] = json.dumps(hidden.prompt)
    for key, value in (hidden.extra_pnginfo or {}).items():
        texts[key] = json.dumps(value)
    return texts


def _disabled() -> bool:
    cli_args = sys.modules.get("comfy.cli_args") or sys.modules.get("studio.cli_args")
    return bool(getattr(getattr(cli_args, "args", None), "disable_metadata", False))


def png_metadata(cls: Any) -> Any:
    """The metadata as PNG text chunks; None when there is none to write."""
    if getattr(cls, "hidden", None) is None or _disabled():
        return None
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for key, text in text_metadata(cls).items():
        info.add_text(key, text)
    return info


def animated_png_metadata(cls: Any) -> Any:
    """The metadata as private ``comf`` chunks behind the image data; None when there is none."""
    if getattr(cls, "hidden", None) is None or _disabled():
        return None
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    for key, text in text_metadata(cls).items():
        chunk = key.encode("latin-1", "strict") + b"\0" + text.encode("latin-1", "strict")
        info.add(b"comf", chunk, after_idat=True)
    return info


def webp_metadata(image: Any, cls: Any) -> Any:
    """The metadata as EXIF: the prompt in one tag, each further key in the next lower one."""
    exif = image.getexif()
    texts = text_metadata(cls)
    prompt = texts.pop("prompt", None)
    if prompt is not None:
        exif[_EXIF_PROMPT] = f"prompt:{prompt}"
    for offset, (key, text) in enumerate(texts.items()):
        exif[_EXIF_EXTRA - offset] = f"{key}:{text}"
    return exif


def save_background(images: Any) -> str:
    """Save the first of ``images`` [B, H, W, C] as a temp PNG; its path for the frontend."""
    folder_paths = importlib.import_module("folder_paths")
    name = f"bg_{uuid.uuid4().hex}.png"
    folder = folder_paths.get_temp_directory()
    os.makedirs(folder, exist_ok=True)
    tensor_to_pil(images[0]).save(os.path.join(folder, name), compress_level=1)
    return f"temp/{name}"
