"""``comfy.model_patcher``: functions on model options are real; ModelPatcher is a stand-in.

Source of the rules: behaviour of ComfyUI 0.3.64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_runtime.host.standins.comfy.patcher_extension import copy_nested_dicts

Options = dict[str, Any]


def set_model_options_patch_replace(
    model_options: Options,
    patch: Any,
    name: str,
    block_name: str,
    number: int,
    transformer_index: int | None = None,
) -> Options:
    """Replace a block: ``transformer_options.patches_replace[name][(block, number, ...)]``.

    The dicts on the way are copied, so that options shared with another model stay as they are.
    """
    options = model_options.get("transformer_options", {}).copy()
    replaced = options.get("patches_replace", {}).copy()
    inner = replaced.get(name, {}).copy()
    block = (
        (block_name, number)
        if transformer_index is None
        else (block_name, number, transformer_index)
    )
    inner[block] = patch
    replaced[name] = inner
    options["patches_replace"] = replaced
    model_options["transformer_options"] = options
    return model_options


def set_model_options_post_cfg_function(
    model_options: Options,
    post_cfg_function: Callable[..., Any],
    disable_cfg1_optimization: bool = False,
) -> Options:
    return _append(
        model_options, "sampler_post_cfg_function", post_cfg_function, disable_cfg1_optimization
    )


def set_model_options_pre_cfg_function(
    model_options: Options,
    pre_cfg_function: Callable[..., Any],
    disable_cfg1_optimization: bool = False,
) -> Options:
    return _append(
        model_options, "sampler_pre_cfg_function", pre_cfg_function, disable_cfg1_optimization
    )


def _append(options: Options, key: str, function: Any, disable_cfg1: bool) -> Options:
    options[key] = [*options.get(key, []), function]
    if disable_cfg1:
        options["disable_cfg1_optimization"] = True
    return options


def create_model_options_clone(orig_model_options: Options) -> Options:
    return copy_nested_dicts(orig_model_options)


def string_to_seed(data: str | bytes) -> int:
    """A 32-bit seed of a text: its CRC."""
    from zlib import crc32

    return crc32(data.encode() if isinstance(data, str) else data)
