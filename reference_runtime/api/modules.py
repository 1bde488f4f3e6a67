"""The importable module trees, in both brands' spelling, over one set of objects.

``provide("comfy_api.latest")`` builds the module for an import name; the host's finder calls it and
keeps the result in ``sys.modules``. Modules are built for the active level, so configure it first.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from reference_runtime.api import module_contents as contents
from reference_runtime.api.lazy_module import ApiModule
from reference_runtime.levels import ACTIVE, Brand
from reference_runtime.touches import LOG

_ROOTS: dict[str, tuple[str, Brand]] = {
    "comfy_api": ("api", "comfy"),
    "studio_api": ("api", "studio"),
    "comfy_execution": ("execution", "comfy"),
    "studio_execution": ("execution", "studio"),
    "comfy.comfy_types": ("types", "comfy"),
    "studio.comfy_types": ("types", "studio"),
    "studio.studio_types": ("types", "studio"),
}

_BUILDERS: dict[str, Callable[[contents.Builder], None]] = {
    "api": contents.package,
    "api.latest": contents.latest,
    "api.latest._io": contents.io,
    "api.latest._ui": contents.ui,
    "api.latest._resources": contents.resources,
    "api.latest._util": contents.util,
    "api.latest._util.video_types": contents.util_video,
    "api.latest._util.geometry_types": contents.util_geometry,
    "api.latest._util.image_types": contents.util_image,
    "api.latest._input": contents.flat_input,
    "api.latest._input.basic_types": contents.input_basic,
    "api.latest._input.video_types": contents.input_video,
    "api.latest._input_impl": contents.input_impl,
    "api.latest._input_impl.video_types": contents.input_impl_video,
    "api.v0_0_1": contents.v0_0_1,
    "api.v0_0_2": contents.v0_0_2,
    "api.version_list": contents.version_list,
    "api.input": contents.flat_input,
    "api.input.basic_types": contents.input_basic,
    "api.input.video_types": contents.input_video,
    "api.input_impl": contents.input_impl,
    "api.input_impl.video_types": contents.input_impl_video,
    "api.util": contents.util,
    "api.util.video_types": contents.util_video,
    "api.internal": contents.internal_package,
    "api.internal.singleton": contents.internal_singleton,
    "api.internal.api_registry": contents.internal_registry,
    "api.internal.async_to_sync": contents.internal_sync,
    "api.torch_helpers": contents.torch_helpers,
    "api.torch_helpers.torch_compile": contents.torch_helpers,
    "api.feature_flags": contents.feature_flags,
    "api.v3": contents.legacy_package,
    "api.v3.io": contents.legacy_io,
    "api.v3.ui": contents.legacy_ui,
    "api.v3.resources": contents.resources,
    "api.v3_01": contents.legacy_package,
    "api.v3_01.io": contents.legacy_io,
    "api.v3_01.ui": contents.legacy_ui,
    "api.v3_01.resources": contents.resources,
    "execution": contents.package,
    "execution.graph": contents.execution_graph,
    "execution.graph_utils": contents.execution_graph_utils,
    "execution.utils": contents.execution_utils,
    "execution.progress": contents.execution_progress,
    "execution.validation": contents.execution_validation,
    "execution.caching": contents.execution_caching,
    "types": contents.types,
    "types.node_typing": contents.types_node_typing,
}

_PROTOTYPES = ("api.v3", "api.v3_01")
"""The prototype's module homes; no shipped host has them."""

_PACKAGES = {name.rpartition(".")[0] for name in _BUILDERS} | {"api", "execution", "types"}

_built: dict[tuple[str, str], ModuleType] = {}


def provide(name: str) -> ModuleType | None:
    """The module called ``name``, or None when the API has no such module.

    Both brands' trees are served whatever the level; the finder judges the brand. A prototype's
    module is recorded, and None where the pack's line expects an ImportError.
    """
    found = _locate(name)
    if found is None or found[0] not in _BUILDERS:
        return None
    key, brand = found
    if key.startswith(_PROTOTYPES) and not _allow_prototype(name, key):
        return None
    return build(name, key, brand)


def build(name: str, key: str, brand: Brand) -> ModuleType:
    """The module object; one per name and level, so that every import gives the same."""
    slot = (ACTIVE.level.name, name)
    if slot not in _built:
        module = ApiModule(name, contents.label(key, name), brand)
        if key in _PACKAGES:
            module.__path__ = []
        _built[slot] = module
        _BUILDERS[key](contents.Builder(module, name, brand, _sibling))
    return _built[slot]


def forget() -> None:
    """Drop every built module (for tests that change the mode within one process)."""
    _built.clear()


def _locate(name: str) -> tuple[str, Brand] | None:
    for root, (key, brand) in _ROOTS.items():
        if name == root or name.startswith(root + "."):
            return key + name[len(root) :], brand
    return None


def _allow_prototype(name: str, key: str) -> bool:
    if LOG.guarded():
        return False
    root, tail = name.split(".")[0], key.rpartition(".")[2]
    home = f"{root}.latest" if tail in ("v3", "v3_01") else f"{root}.latest._{tail}"
    LOG.record(name, "legacy", today=home)
    return True


def _sibling(name: str) -> Any:
    """The module ``name`` without recording anything: modules refer to each other."""
    found = _locate(name)
    if found is None:
        raise KeyError(name)
    return build(name, *found)
