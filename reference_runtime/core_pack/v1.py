"""The core nodes in v1 form: declarations from the host's table, deeds from here.

What ``host.standins.core_runs`` can do already is taken over; file names are held below their
folder, which the host does not do.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, BinaryIO

from reference_runtime.core_pack.files import open_named
from reference_runtime.host.core_classes import core_class
from reference_runtime.host.standins import core_runs, folder_paths
from reference_runtime.host.standins.comfy import samplers
from reference_runtime.host.standins.comfy.cli_args import args
from reference_runtime.paths import PathRefused


class _SafeInput:
    """A node whose first input names a file of the input folder (or "name [output]")."""

    @staticmethod
    def _open(image: str) -> BinaryIO:
        return open_named(image)


def _validate(name: str, value: Any) -> bool | str:
    try:
        open_named(value).close()
    except (PathRefused, OSError) as error:
        return f"Invalid {name} file: {error}"
    return True


class _SafeImage(_SafeInput):
    @classmethod
    def VALIDATE_INPUTS(cls, image: Any) -> bool | str:
        return _validate("image", image)


class _LatentFile:
    @classmethod
    def IS_CHANGED(cls, latent: str) -> str:
        import hashlib

        with open_named(latent) as file:
            return hashlib.sha256(file.read()).hexdigest()

    @classmethod
    def VALIDATE_INPUTS(cls, latent: Any) -> bool | str:
        return _validate("latent", latent)

    def load(self, latent: str) -> tuple[dict[str, Any]]:
        """A latent file; those without a version mark are scaled as older hosts wrote them."""
        from safetensors.torch import load

        with open_named(latent) as file:
            stored = load(file.read())
        scale = 1.0 if "latent_format_version_0" in stored else 1.0 / 0.18215
        return ({"samples": stored["latent_tensor"].float() * scale},)


class _LatentSaver:
    def save(
        self,
        samples: dict[str, Any],
        filename_prefix: str = "ComfyUI",
        prompt: Any = None,
        extra_pnginfo: Any = None,
    ) -> dict[str, Any]:
        """Write the samples as a .latent file (safetensors), the prompt in its metadata."""
        import torch
        from safetensors.torch import save_file

        folder, name, counter, subfolder, _ = folder_paths.get_save_image_path(
            filename_prefix, folder_paths.get_output_directory()
        )
        file = f"{name}_{counter:05}_.latent"
        tensors = {
            "latent_tensor": samples["samples"].contiguous(),
            "latent_format_version_0": torch.tensor([]),
        }
        save_file(tensors, Path(folder, file), metadata=_metadata(prompt, extra_pnginfo))
        return {"ui": {"latents": [{"filename": file, "subfolder": subfolder, "type": "output"}]}}


def _metadata(prompt: Any, extra_pnginfo: Any) -> dict[str, str] | None:
    if args.disable_metadata:
        return None
    texts = {} if prompt is None else {"prompt": json.dumps(prompt)}
    return texts | {key: json.dumps(value) for key, value in (extra_pnginfo or {}).items()}


class RepeatLatentBatch:
    def repeat(self, samples: dict[str, Any], amount: int) -> tuple[dict[str, Any]]:
        """Each entry ``amount`` times, the whole batch after itself."""
        made = dict(samples)
        made["samples"] = _repeated(samples["samples"], amount)
        mask = samples.get("noise_mask")
        if mask is not None and len(mask) > 1:
            made["noise_mask"] = _repeated(mask, amount)
        if "batch_index" in samples:
            step = max(samples["batch_index"]) - min(samples["batch_index"]) + 1
            numbers = samples["batch_index"]
            made["batch_index"] = [n + step * turn for turn in range(amount) for n in numbers]
        return (made,)


class RepeatImageBatch:
    def repeat(self, image: Any, amount: int) -> tuple[Any]:
        return (_repeated(image, amount),)


def _repeated(batch: Any, amount: int) -> Any:
    return batch.repeat((amount, *[1] * (batch.dim() - 1)))


class KSamplerSelect:
    def get_sampler(self, sampler_name: str) -> tuple[Any]:
        return (samplers.sampler_object(sampler_name),)


class PreviewAny:
    def main(self, source: Any = None) -> dict[str, Any]:
        """Show any value as text: texts as they are, plain data as JSON, else ``str``."""
        text = str(source) if isinstance(source, (str, int, float, bool)) else _as_text(source)
        return {"ui": {"text": (text,)}}


def _as_text(source: Any) -> str:
    if source is None:
        return "None"
    try:
        return json.dumps(source)
    except (TypeError, ValueError):
        return str(source)


_OURS: dict[tuple[str, str], type] = {
    ("nodes", "LoadImage"): _SafeImage,
    ("nodes", "LoadImageMask"): _SafeImage,
    ("nodes", "LoadLatent"): _LatentFile,
    ("nodes", "SaveLatent"): _LatentSaver,
    ("nodes", "RepeatLatentBatch"): RepeatLatentBatch,
    ("comfy_extras.nodes_images", "RepeatImageBatch"): RepeatImageBatch,
    ("comfy_extras.nodes_custom_sampler", "KSamplerSelect"): KSamplerSelect,
    ("comfy_extras.nodes_preview_any", "PreviewAny"): PreviewAny,
}
_MODELS = frozenset({"LoraLoader", "VAELoader"})  # their real part is not what they are for


def v1_classes() -> dict[str, type]:
    """Every v1 core node that runs here, by id."""
    places = dict.fromkeys([*core_runs.REAL, *_OURS])
    made = (_node_class(module, name) for module, name in places if name not in _MODELS)
    return {cls.__name__: cls for cls in made if cls is not None}


def _node_class(module: str, name: str) -> type | None:
    base = core_class(module, name)
    if base is None:
        return None
    mixin = _OURS.get((module, name))
    bases = (mixin, base) if mixin else (base,)
    namespace = {"__module__": __name__, "RELATIVE_PYTHON_MODULE": module}
    return type(name, bases, namespace)
