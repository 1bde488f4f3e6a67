"""Small files of weights in a host's models folder, so that lists of such files are not empty.

Written by the process that starts workers, with the standard library: a real safetensors file of a
few numbers, named so that it shows wherever it is told of.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from pathlib import Path

NAME = "studio_fake.safetensors"
WHAT = "file of weights"
"""How reports name it among the fakes of a node."""
_LORA = {
    "diffusion_model.mix.lora_down.weight": (2, 4),
    "diffusion_model.mix.lora_up.weight": (4, 2),
    "diffusion_model.mix.alpha": (),
}
_NETWORK = {"model.diffusion_model.mix.weight": (4, 4), "model.diffusion_model.mix.bias": (4,)}
FOLDERS: Mapping[str, Mapping[str, tuple[int, ...]]] = {
    "checkpoints": _NETWORK,
    "clip_vision": _NETWORK,
    "controlnet": _NETWORK,
    "diffusion_models": _NETWORK,
    "gligen": _NETWORK,
    "loras": _LORA,
    "style_models": _NETWORK,
    "text_encoders": _NETWORK,
    "upscale_models": _NETWORK,
    "vae": _NETWORK,
}
"""Shapes of the tensors by name, by folder below ``models``."""


def write(host: Path) -> None:
    """Put one file into each folder of models of the host whose folder is ``host``."""
    for folder, shapes in FOLDERS.items():
        place = host / "models" / folder
        place.mkdir(parents=True, exist_ok=True)
        (place / NAME).write_bytes(content(shapes))


def content(shapes: Mapping[str, tuple[int, ...]]) -> bytes:
    """A safetensors file of float32 tensors: their numbers rise in steps of a sixteenth."""
    header: dict[str, object] = {"__metadata__": {"about": "a fake of Studio Conformance"}}
    numbers: list[float] = []
    for name, shape in shapes.items():
        count = 1
        for length in shape:
            count *= length
        begins = 4 * len(numbers)
        numbers += [(place + 1) / 16 for place in range(count)]
        offsets = [begins, 4 * len(numbers)]
        header[name] = {"dtype": "F32", "shape": list(shape), "data_offsets": offsets}
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + struct.pack(f"<{len(numbers)}f", *numbers)
