"""The host's v1 node classes, built from data (``data/core_nodes.json``): what packs subclass.

The data are facts of ComfyUI 0.3.64 and 0.3.71 as their ``/object_info`` gives them (tooltips left
out). Options that depend on the host's state are tokens, filled in when INPUT_TYPES is asked. A
class runs where ``standins.core_runs`` has its method; otherwise it raises HostFeatureMissing.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from reference_runtime.host.missing import needs_host
from reference_runtime.host.stubs import model_code
from reference_runtime.levels import ACTIVE

Facts = dict[str, Any]
_DATA = Path(__file__).parent / "data" / "core_nodes.json"
_ATTRIBUTES = {
    "names": "RETURN_NAMES",
    "lists": "OUTPUT_IS_LIST",
    "input_list": "INPUT_IS_LIST",
    "output_node": "OUTPUT_NODE",
    "deprecated": "DEPRECATED",
    "experimental": "EXPERIMENTAL",
    "api_node": "API_NODE",
}
_LISTS = {
    "ImageScale": {"upscale_methods": "upscale_method", "crop_methods": "crop"},
    "ImageScaleBy": {"upscale_methods": "upscale_method"},
    "LatentUpscale": {"upscale_methods": "upscale_method", "crop_methods": "crop"},
    "LatentUpscaleBy": {"upscale_methods": "upscale_method"},
    "LoadImageMask": {"_color_channels": "channel"},
}
"""Attributes of classes of ``nodes`` that hold the options of an input: packs offer the same."""


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, Facts]]:
    with open(_DATA, encoding="utf-8") as file:
        table: dict[str, dict[str, Facts]] = json.load(file)
    return table


def class_names(module: str) -> tuple[str, ...]:
    """Names of the module's v1 node classes at the active level (canonical module name)."""
    rank = ACTIVE.level.rank
    return tuple(
        n for n, facts in _table().get(module, {}).items() if facts.get("until", 9) >= rank
    )


@lru_cache(maxsize=256)
def core_class(module: str, name: str) -> type | None:
    """The v1 node class ``module.name``, or None when the host has none of that name."""
    if name not in class_names(module):
        return None
    facts = _table()[module][name]
    method = facts["function"]
    mixin = _real_part(module, name)
    namespace: dict[str, Any] = {
        "__module__": module,
        "__doc__": f"Stand-in for the host's node {name}.",
        "INPUT_TYPES": classmethod(_input_types(facts)),
        "RETURN_TYPES": _tuples(facts["out"]),
        "FUNCTION": method,
        "CATEGORY": facts.get("category", ""),
    }
    for key, attribute in _ATTRIBUTES.items():
        if key in facts:
            namespace[attribute] = _tuples(facts[key])
    for attribute, offered in (_LISTS.get(name, {}) if module == "nodes" else {}).items():
        namespace[attribute] = _copy(facts["in"]["required"][offered][0])
    if "description" in facts:
        namespace["DESCRIPTION"] = _branded(facts["description"])
    if not hasattr(mixin, method):
        namespace[method] = _refusal(f"{module}.{name}.{method}")
    bases = tuple(_base(module, base) for base in facts.get("bases", ()))
    made = type(name, (*((mixin,) if mixin else ()), *bases), namespace)
    return made if hasattr(mixin, method) else model_code(made)


def _base(module: str, name: str) -> type:
    for place in (module, "nodes", "comfy_extras.nodes_model_merging"):
        found = core_class(place, name)
        if found is not None:
            return found
    raise LookupError(f"the table of core nodes has no base class {name!r} for {module}")


def _real_part(module: str, name: str) -> type | None:
    from reference_runtime.host.standins import core_runs

    found: type | None = core_runs.REAL.get((module, name))
    return found


def _refusal(feature: str) -> Callable[..., Any]:
    def run(self: Any, *args: Any, **kwargs: Any) -> Any:
        needs_host(feature)

    return run


def _tuples(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _branded(value: str) -> str:
    return value.replace("ComfyUI", "Studio") if ACTIVE.level.brand == "studio" else value


# --- inputs -------------------------------------------------------------------------------------


def _input_types(facts: Facts) -> Callable[[type], dict[str, Any]]:
    def input_types(cls: type) -> dict[str, Any]:
        newer = "in_0_3_71" in facts and ACTIVE.level.rank >= 1
        groups: Facts = facts["in_0_3_71" if newer else "in"]
        return {
            group: {key: _entry(entry) for key, entry in entries.items()}
            for group, entries in groups.items()
        }

    return input_types


def _entry(entry: Any) -> Any:
    """A v1 input entry: hidden inputs are bare strings, all others tuples."""
    if isinstance(entry, str):
        return entry
    kind, *options = entry
    if isinstance(kind, str) and kind.startswith("$"):
        kind = _filled(kind)
    return (_copy(kind), *(_copy(option) for option in options))


def _copy(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _copy(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_copy(item) for item in value]
    return _branded(value) if isinstance(value, str) else value


def _filled(token: str) -> list[str]:
    """The options a token stands for: "$files:loras", "$input:image", "$samplers", ..."""
    from reference_runtime.host.standins import folder_paths
    from reference_runtime.host.standins.comfy import sampler_names

    kind, _, argument = token.partition(":")
    if kind == "$files":
        return folder_paths.get_filename_list(argument)
    if kind == "$input":
        return _input_files(argument)
    if kind == "$vae":
        return vae_names()
    if kind == "$diffusers":
        return _diffusers_folders()
    return list(sampler_names.SAMPLERS if kind == "$samplers" else sampler_names.SCHEDULERS)


def _input_files(wanted: str) -> list[str]:
    """Files lying directly in the input directory; ``wanted``: content types or an extension."""
    from reference_runtime.host.standins import folder_paths

    directory = folder_paths.get_input_directory()
    if not os.path.isdir(directory):
        return []
    files = [f for f in os.listdir(directory) if os.path.isfile(os.path.join(directory, f))]
    if wanted.startswith("."):
        return sorted(file for file in files if file.endswith(wanted))
    if wanted:
        files = folder_paths.filter_files_content_types(files, wanted.split(","))
    return sorted(files)


_TINY_VAES = ("taesd", "taesdxl", "taesd3", "taef1")


def vae_names() -> list[str]:
    """What VAELoader offers: the vae files, the tiny VAEs that are complete, "pixel_space"."""
    from reference_runtime.host.standins import folder_paths

    approximations = folder_paths.get_filename_list("vae_approx")
    complete = [
        name
        for name in _TINY_VAES
        if all(any(f.startswith(f"{name}_{half}.") for f in approximations) for half in _HALVES)
    ]
    return [*folder_paths.get_filename_list("vae"), *complete, "pixel_space"]


_HALVES = ("encoder", "decoder")


def _diffusers_folders() -> list[str]:
    """Folders below the diffusers directories that hold a model_index.json, relative."""
    from reference_runtime.host.standins import folder_paths

    found = []
    for top in folder_paths.get_folder_paths("diffusers"):
        for here, _, files in os.walk(top, followlinks=True):
            if "model_index.json" in files:
                found.append(os.path.relpath(here, start=top))
    return found
