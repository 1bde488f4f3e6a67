"""What a node shows in the frontend, and the helpers that save it.

Source of the rules: classes, dict forms, file names and metadata of the v3 API's ui module. Values
are lists or tuples, because the engine extends them over mapped runs. Torch and PIL load when used.
"""

from __future__ import annotations

import random
from typing import Any

from reference_runtime.api import audio_files, ui_files
from reference_runtime.api.io_base import at_latest
from reference_runtime.api.io_enums import FolderType
from reference_runtime.api.io_sockets import SOCKETS
from reference_runtime.api.output import _UIOutput
from reference_runtime.levels import ACTIVE

Image = SOCKETS["Image"]

_IMAGE_LETTERS = "abcdefghijklmnopqrstupvxyz"
_AUDIO_LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""The hosts' alphabets; the first lacks the letter w."""


class SavedResult(dict[str, Any]):
    """Where a saved file is: ``filename``, ``subfolder``, ``type``."""

    def __init__(self, filename: str, subfolder: str, type: FolderType) -> None:
        super().__init__(filename=filename, subfolder=subfolder, type=type.value)

    @property
    def filename(self) -> str:
        return str(self["filename"])

    @property
    def subfolder(self) -> str:
        return str(self["subfolder"])

    @property
    def type(self) -> FolderType:
        return FolderType(self["type"])


class SavedImages(_UIOutput):
    """Saved images; ``animated`` appears only when they move."""

    def __init__(self, results: list[SavedResult], is_animated: bool = False) -> None:
        super().__init__()
        self.results = results
        self.is_animated = is_animated

    def as_dict(self) -> dict[str, Any]:
        shown: dict[str, Any] = {"images": self.results}
        if self.is_animated:
            shown["animated"] = (True,)
        return shown


class SavedAudios(_UIOutput):
    """Saved audio files."""

    def __init__(self, results: list[SavedResult]) -> None:
        super().__init__()
        self.results = results

    def as_dict(self) -> dict[str, Any]:
        return {"audio": self.results}


class ImageSaveHelper:
    """Saves image batches [B, H, W, C] float 0..1; ``cls`` gives the metadata (``cls.hidden``)."""

    @staticmethod
    def save_images(
        images: Any,
        filename_prefix: str,
        folder_type: FolderType,
        cls: Any,
        compress_level: int = 4,
    ) -> list[SavedResult]:
        """One PNG per image."""
        target = ui_files.Target.of(filename_prefix, folder_type, images)
        metadata = ui_files.png_metadata(cls)
        results = []
        for batch, image in enumerate(images):
            name = target.numbered(batch)
            ui_files.tensor_to_pil(image).save(
                target.path(name), pnginfo=metadata, compress_level=compress_level
            )
            results.append(SavedResult(name, target.subfolder, folder_type))
        return results

    @staticmethod
    def get_save_images_ui(
        images: Any, filename_prefix: str, cls: Any, compress_level: int = 4
    ) -> SavedImages:
        """Save to the output folder, ready to show."""
        return SavedImages(
            ImageSaveHelper.save_images(
                images, filename_prefix, FolderType.output, cls, compress_level
            )
        )

    @staticmethod
    def save_animated_png(
        images: Any,
        filename_prefix: str,
        folder_type: FolderType,
        cls: Any,
        fps: float,
        compress_level: int,
    ) -> SavedResult:
        """One animated PNG."""
        target = ui_files.Target.of(filename_prefix, folder_type, images)
        name = target.named("png")
        first, *rest = [ui_files.tensor_to_pil(image) for image in images]
        first.save(
            target.path(name),
            pnginfo=ui_files.animated_png_metadata(cls),
            compress_level=compress_level,
            save_all=True,
            duration=int(1000.0 / fps),
            append_images=rest,
        )
        return SavedResult(name, target.subfolder, folder_type)

    @staticmethod
    def get_save_animated_png_ui(
        images: Any, filename_prefix: str, cls: Any, fps: float, compress_level: int
    ) -> SavedImages:
        """Save to the output folder, ready to show; animated with more than one frame."""
        result = ImageSaveHelper.save_animated_png(
            images, filename_prefix, FolderType.output, cls, fps, compress_level
        )
        return SavedImages([result], is_animated=len(images) > 1)

    @staticmethod
    def save_animated_webp(
        images: Any,
        filename_prefix: str,
        folder_type: FolderType,
        cls: Any,
        fps: float,
        lossless: bool,
        quality: int,
        method: int,
    ) -> SavedResult:
        """One animated WebP; ``quality`` 0..100, ``method`` 0..6."""
        target = ui_files.Target.of(filename_prefix, folder_type, images)
        name = target.named("webp")
        first, *rest = [ui_files.tensor_to_pil(image) for image in images]
        first.save(
            target.path(name),
            save_all=True,
            duration=int(1000.0 / fps),
            append_images=rest,
            exif=ui_files.webp_metadata(first, cls),
            lossless=lossless,
            quality=quality,
            method=method,
        )
        return SavedResult(name, target.subfolder, folder_type)

    @staticmethod
    def get_save_animated_webp_ui(
        images: Any,
        filename_prefix: str,
        cls: Any,
        fps: float,
        lossless: bool,
        quality: int,
        method: int,
    ) -> SavedImages:
        """Save to the output folder, ready to show; animated with more than one frame."""
        result = ImageSaveHelper.save_animated_webp(
            images, filename_prefix, FolderType.output, cls, fps, lossless, quality, method
        )
        return SavedImages([result], is_animated=len(images) > 1)


class AudioSaveHelper:
    """Saves audio dicts (``waveform`` [B, C, T], ``sample_rate``) as flac, mp3 or opus."""

    _OPUS_RATES = audio_files.OPUS_RATES

    @staticmethod
    def save_audio(
        audio: dict[str, Any],
        filename_prefix: str,
        folder_type: FolderType,
        cls: Any,
        format: str = "flac",
        quality: str = "128k",
    ) -> list[SavedResult]:
        """One file per batch item."""
        target = ui_files.Target.of(filename_prefix, folder_type)
        metadata = ui_files.text_metadata(cls)
        results = []
        for batch, waveform in enumerate(audio["waveform"].cpu()):
            name = target.numbered(batch, format, underscore=not at_latest())
            audio_files.write(
                target.path(name), waveform, audio["sample_rate"], format, quality, metadata
            )
            results.append(SavedResult(name, target.subfolder, folder_type))
        return results

    @staticmethod
    def get_save_audio_ui(
        audio: Any, filename_prefix: str, cls: Any, format: str = "flac", quality: str = "128k"
    ) -> SavedAudios:
        """Save to the output folder, ready to show."""
        return SavedAudios(
            AudioSaveHelper.save_audio(
                audio, filename_prefix, FolderType.output, cls, format, quality
            )
        )


def _temp_prefix(letters: str) -> str:
    brand = "Studio" if ACTIVE.level.brand == "studio" else "ComfyUI"
    return f"{brand}_temp_" + "".join(random.choice(letters) for _ in range(5))


class PreviewImage(_UIOutput):
    """Images [B, H, W, C] saved to the temp folder and shown."""

    def __init__(self, image: Any, animated: bool = False, cls: Any = None, **kwargs: Any) -> None:
        super().__init__()
        self.values = ImageSaveHelper.save_images(
            image, _temp_prefix(_IMAGE_LETTERS), FolderType.temp, cls, compress_level=1
        )
        self.animated = animated

    def as_dict(self) -> dict[str, Any]:
        return {"images": self.values, "animated": (self.animated,)}


class PreviewMask(PreviewImage):
    """Masks [B, H, W] shown as grey images."""

    def __init__(self, mask: Any, animated: bool = False, cls: Any = None, **kwargs: Any) -> None:
        image = mask.reshape((-1, 1, mask.shape[-2], mask.shape[-1]))
        image = image.movedim(1, -1).expand(-1, -1, -1, 3)
        super().__init__(image, animated, cls, **kwargs)


class PreviewAudio(_UIOutput):
    """Audio saved to the temp folder as flac and played."""

    def __init__(self, audio: dict[str, Any], cls: Any = None, **kwargs: Any) -> None:
        super().__init__()
        self.values = AudioSaveHelper.save_audio(
            audio, _temp_prefix(_AUDIO_LETTERS), FolderType.temp, cls, "flac", "128k"
        )

    def as_dict(self) -> dict[str, Any]:
        return {"audio": self.values}


class PreviewVideo(_UIOutput):
    """Videos that are saved already."""

    def __init__(self, values: list[Any], **kwargs: Any) -> None:
        super().__init__()
        self.values = values

    def as_dict(self) -> dict[str, Any]:
        return {"images": self.values, "animated": (True,)}


class PreviewUI3D(_UIOutput):
    """A 3D model file and the camera.

    At latest ``bg_image`` [B, H, W, C] is saved to the temp folder and its path shown as well.
    """

    def __init__(self, model_file: Any, camera_info: Any, **kwargs: Any) -> None:
        super().__init__()
        self.model_file = model_file
        self.camera_info = camera_info
        background = kwargs.get("bg_image") if at_latest() else None
        self.bg_image_path = None if background is None else ui_files.save_background(background)

    def as_dict(self) -> dict[str, Any]:
        result = [self.model_file, self.camera_info]
        return {"result": [*result, self.bg_image_path] if at_latest() else result}


class PreviewUI3DAdvanced(PreviewUI3D):
    """The newer 3D view (latest)."""


class PreviewText(_UIOutput):
    """A text."""

    def __init__(self, value: str, **kwargs: Any) -> None:
        super().__init__()
        self.value = value

    def as_dict(self) -> dict[str, Any]:
        return {"text": (self.value,)}
