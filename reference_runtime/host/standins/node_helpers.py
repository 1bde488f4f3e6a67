"""``node_helpers``: small functions that nodes share. All real.

Source of the rules: behaviour of ComfyUI 0.3.64 and Hanzo Studio 0.3.71 (identical).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

_DTYPES = {"fp32": "float32", "fp16": "float16", "bf16": "bfloat16"}


def conditioning_set_values(
    conditioning: list[Any], values: dict[str, Any] | None = None, append: bool = False
) -> list[Any]:
    """A new conditioning list: each pair's dict copied and updated with ``values``.

    ``append`` adds a list value to the list that stands there already instead of replacing it.
    """
    made = []
    for pair in conditioning:
        options = pair[1].copy()
        for key, value in (values or {}).items():
            before = options.get(key)
            options[key] = before + value if append and before is not None else value
        made.append([pair[0], options])
    return made


def pillow(fn: Callable[[Any], Any], arg: Any) -> Any:
    """``fn(arg)``, tried again with PIL's tolerance for truncated files when it fails."""
    from PIL import ImageFile, UnidentifiedImageError

    try:
        return fn(arg)
    except (OSError, UnidentifiedImageError, ValueError):
        before = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            return fn(arg)
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = before


def hasher() -> Callable[..., Any]:
    """The hash constructor that the host's default arguments choose."""
    from reference_runtime.host.standins.comfy import cli_args

    return getattr(hashlib, str(cli_args.args.default_hashing_function))  # type: ignore[no-any-return]


def string_to_torch_dtype(string: str) -> Any:
    """The torch dtype for "fp32", "fp16" or "bf16"; None for anything else."""
    import torch

    return getattr(torch, _DTYPES[string]) if string in _DTYPES else None


def image_alpha_fix(destination: Any, source: Any) -> tuple[Any, Any]:
    """Fit the channels of two images (batch, height, width, channels) to each other.

    A source with more channels is cut. A source with fewer should gain an opaque channel (ones);
    the hosts up to 0.3.71 add it to the destination instead, which faithful mode does too.
    """
    import torch

    from reference_runtime.levels import ACTIVE

    if destination.shape[-1] < source.shape[-1]:
        source = source[..., : destination.shape[-1]]
    elif destination.shape[-1] > source.shape[-1]:
        wrong_side = ACTIVE.mode == "faithful" and ACTIVE.level.rank <= 1
        grown = torch.nn.functional.pad(destination if wrong_side else source, (0, 1))
        grown[..., -1] = 1.0
        return (grown, source) if wrong_side else (destination, grown)
    return destination, source
