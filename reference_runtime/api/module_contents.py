"""What stands in each module of the API trees. Names are given in comfy spelling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from reference_runtime.api import (
    async_to_sync,
    context,
    execution,
    extension,
    features,
    graph,
    host_types,
    internal,
    legacy,
    media,
    progress,
    registry,
    singleton,
    tables,
    torch_compile,
    video,
)
from reference_runtime.api import resources as resource_types
from reference_runtime.api import (
    ui as ui_helpers,
)
from reference_runtime.api.io_names import io_objects
from reference_runtime.api.lazy_module import ApiModule, name_group
from reference_runtime.api.lazy_types import tensor_type
from reference_runtime.levels import ACTIVE, Brand

LABELS = {
    "api.latest._io": "io",
    "api.latest._ui": "ui",
}

TENSOR_INPUTS: dict[str, Callable[[], Any]] = {
    "ImageInput": tensor_type,
    "MaskInput": tensor_type,
}

VIDEO_TYPES: dict[str, Any] = {
    "VideoContainer": video.VideoContainer,
    "VideoCodec": video.VideoCodec,
    "VideoComponents": video.VideoComponents,
}

GEOMETRY: dict[str, Any] = {
    "MESH": media.MESH,
    "VOXEL": media.VOXEL,
    "SPLAT": media.SPLAT,
    "File3D": media.File3D,
}

INPUT_IMPLS: dict[str, Any] = {
    "VideoFromFile": video.VideoFromFile,
    "VideoFromComponents": video.VideoFromComponents,
    "VideoFromList": video.VideoFromList,
}


def label(key: str, name: str) -> str:
    """How touches of the module's names are written: "io.X", else with the module's own name."""
    return LABELS.get(key, name)


class Builder:
    """Fills one module: its brand, and the way to the modules beside it."""

    def __init__(
        self, module: ApiModule, name: str, brand: Brand, sibling: Callable[[str], Any]
    ) -> None:
        self.module = module
        self.name = name
        self.brand = brand
        self.root = name.split(".")[0]
        self._sibling = sibling

    def __call__(self, tail: str) -> Any:
        """The module ``<root>.<tail>`` of the same tree."""
        return self._sibling(f"{self.root}.{tail}")

    def add(
        self,
        objects: dict[str, Any],
        spans: dict[str, tables.Span] | None = None,
        lazy: dict[str, Callable[[], Any]] | None = None,
    ) -> Builder:
        self.module.fill(objects, spans, lazy)
        return self

    def all(self, names: list[str] | str) -> None:
        self.module.export(names.split() if isinstance(names, str) else names)


def package(to: Builder) -> None:
    """A package without names of its own."""


# --- latest -------------------------------------------------------------------------------------


def io(to: Builder) -> None:
    to.add(io_objects(), tables.IO_NAMES).all(tables.IO_ALL[ACTIVE.level.rank])


def ui(to: Builder) -> None:
    names = {name: getattr(ui_helpers, name) for name in tables.UI_NAMES}
    to.add(names, tables.UI_NAMES).all(tables.UI_ALL)


def resources(to: Builder) -> None:
    names = ["ResourceKey", "TorchDictFolderFilename", "Resources", "ResourcesLocal"]
    to.add({name: getattr(resource_types, name) for name in names}).all(names)


def _groups() -> dict[str, Any]:
    inputs = {"Audio": video.AudioInput, "Latent": video.LatentInput, "Video": video.VideoInput}
    lazy = {"Image": tensor_type, "Mask": tensor_type}
    return {
        "Input": name_group("Input", inputs, tables.INPUT_NAMES, lazy),
        "InputImpl": name_group("InputImpl", INPUT_IMPLS, tables.INPUT_IMPL_NAMES),
        "Types": name_group("Types", {**VIDEO_TYPES, **GEOMETRY}, tables.TYPES_NAMES),
    }


def latest(to: Builder) -> None:
    io_module, ui_module = to("latest._io"), to("latest._ui")
    to.add({"_io": io_module, "_ui": ui_module})
    to.add({name: to(f"latest.{name}") for name in ("_input", "_input_impl", "_util")})
    objects = {
        "ComfyAPI": extension.ComfyAPI_latest,
        "ComfyAPI_latest": extension.ComfyAPI_latest,
        "ComfyAPISync": extension.ComfyAPISync_latest,
        "ComfyAPIBase": registry.ComfyAPIBase,
        "ComfyExtension": extension.ComfyExtension,
        "Caching": extension.ComfyAPI_latest.Caching,
        "io": io_module,
        "ui": ui_module,
        "IO": io_module,
        "UI": ui_module,
        "comfy_io": io_module,
        "AudioInput": video.AudioInput,
        "LatentInput": video.LatentInput,
        "VideoInput": video.VideoInput,
        "VideoFromFile": video.VideoFromFile,
        "VideoFromComponents": video.VideoFromComponents,
        **VIDEO_TYPES,
        **{name: GEOMETRY[name] for name in ("MESH", "VOXEL", "File3D")},
        **_groups(),
    }
    to.add(objects, tables.LATEST_NAMES, TENSOR_INPUTS).all(tables.LATEST_ALL[ACTIVE.level.rank])


# --- flat modules -------------------------------------------------------------------------------


def flat_input(to: Builder) -> None:
    input_basic(to)
    input_video(to)
    to.all("ImageInput AudioInput MaskInput LatentInput VideoInput")


def input_basic(to: Builder) -> None:
    to.add({"AudioInput": video.AudioInput, "LatentInput": video.LatentInput}, None, TENSOR_INPUTS)


def input_video(to: Builder) -> None:
    to.add({"VideoInput": video.VideoInput})


def input_impl(to: Builder) -> None:
    to.add(INPUT_IMPLS, tables.INPUT_IMPL_NAMES).all("VideoFromFile VideoFromComponents")


def input_impl_video(to: Builder) -> None:
    to.add(INPUT_IMPLS, tables.INPUT_IMPL_NAMES)
    # The host's module imports these for itself; packs take them from it.
    to.add({**VIDEO_TYPES, "VideoInput": video.VideoInput, "AudioInput": video.AudioInput})


def util(to: Builder) -> None:
    flat = ".latest." not in f"{to.name}."
    objects = VIDEO_TYPES if flat else {**VIDEO_TYPES, **GEOMETRY, "SVG": media.SVG}
    to.add(objects, tables.UTIL_NAMES)
    to.all([name for name in objects if name in to.module.__dict__])


def util_video(to: Builder) -> None:
    to.add(VIDEO_TYPES)


def util_geometry(to: Builder) -> None:
    to.add(GEOMETRY, tables.UTIL_NAMES)


def util_image(to: Builder) -> None:
    to.add({"SVG": media.SVG}, tables.UTIL_NAMES)


# --- versions -----------------------------------------------------------------------------------


def v0_0_2(to: Builder) -> None:
    _version(to, extension.ComfyAPIAdapter_v0_0_2, extension.ComfyAPISync_v0_0_2)
    to.add({"io": to("latest._io"), "ui": to("latest._ui")})
    to.add({"ComfyExtension": extension.ComfyExtension})
    to.all("ComfyAPI ComfyAPISync Input InputImpl Types ComfyExtension")


def v0_0_1(to: Builder) -> None:
    _version(to, extension.ComfyAPIAdapter_v0_0_1, extension.ComfyAPISync_v0_0_1)
    to.all("ComfyAPI ComfyAPISync Input InputImpl Types")


def _version(to: Builder, api: Any, sync: Any) -> None:
    to.add({"ComfyAPI": api, "ComfyAPISync": sync, api.__name__: api, **_groups()})


def version_list(to: Builder) -> None:
    versions = [
        extension.ComfyAPI_latest,
        extension.ComfyAPIAdapter_v0_0_2,
        extension.ComfyAPIAdapter_v0_0_1,
    ]
    to.add({"supported_versions": versions, "ComfyAPIBase": registry.ComfyAPIBase})


# --- internal and helpers -----------------------------------------------------------------------


def internal_package(to: Builder) -> None:
    to.add({name: value for name, value in vars(internal).items() if name in _INTERNAL})
    internal_registry(to)
    internal_singleton(to)
    internal_sync(to)


_INTERNAL = tables.words("""
_ComfyNodeInternal _NodeOutputInternal first_real_override as_pruned_dict prune_dict is_class
copy_class classproperty shallow_clone_class lock_class make_locked_method_func
""")


def internal_singleton(to: Builder) -> None:
    names = ("ProxiedSingleton", "SingletonMetaclass")
    to.add({name: getattr(singleton, name) for name in names})


def internal_registry(to: Builder) -> None:
    names = ("ComfyAPIBase", "ComfyAPIWithVersion", "register_versions", "get_all_versions")
    to.add({name: getattr(registry, name) for name in (*names, "parse_version")})


def internal_sync(to: Builder) -> None:
    names = ("AsyncToSyncConverter", "create_sync_class")
    to.add({name: getattr(async_to_sync, name) for name in names})


def torch_helpers(to: Builder) -> None:
    to.add({"set_torch_compile_wrapper": torch_compile.set_torch_compile_wrapper})
    to.all("set_torch_compile_wrapper")


def feature_flags(to: Builder) -> None:
    names = "SERVER_FEATURE_FLAGS get_connection_feature supports_feature get_server_features"
    to.add({name: getattr(features, name) for name in names.split()})


# --- execution ----------------------------------------------------------------------------------

_EXECUTION = tables.words("""
DependencyCycleError NodeInputError NodeNotFoundError DynamicPrompt get_input_info
""")


def execution_graph(to: Builder) -> None:
    to.add({name: getattr(execution, name) for name in _EXECUTION})
    to.add({"ExecutionBlocker": graph.ExecutionBlocker, "is_link": graph.is_link})


def execution_graph_utils(to: Builder) -> None:
    names = ("is_link", "GraphBuilder", "Node", "add_graph_prefix", "ExecutionBlocker")
    to.add({name: getattr(graph, name) for name in names})


def execution_utils(to: Builder) -> None:
    names = ("ExecutionContext", "get_executing_context", "CurrentNodeContext")
    to.add({name: getattr(context, name) for name in names})
    to.add({"current_executing_context": context.current_executing_context})


def execution_progress(to: Builder) -> None:
    public = {name: value for name, value in vars(progress).items() if not name.startswith("_")}
    to.add({name: value for name, value in public.items() if name not in ("annotations", "Any")})


def execution_validation(to: Builder) -> None:
    to.add({"validate_node_input": execution.validate_node_input})


def execution_caching(to: Builder) -> None:
    to.add({"include_unique_id_in_input": execution.include_unique_id_in_input})


# --- comfy_types --------------------------------------------------------------------------------

_TYPES_ALL = tables.words("""
UnetWrapperFunction UnetApplyConds UnetParams UnetApplyFunction IO InputTypeDict ComfyNodeABC
CheckLazyMixin FileLocator
""")


def types(to: Builder) -> None:
    to.add({name: getattr(host_types, name) for name in _TYPES_ALL}).all(_TYPES_ALL)


def types_node_typing(to: Builder) -> None:
    names = """IO InputTypeDict InputTypeOptions HiddenInputTypeDict RemoteInputOptions
        MultiSelectOptions ComfyNodeABC CheckLazyMixin FileLocator StrEnum"""
    to.add({name: getattr(host_types, name) for name in names.split()})


# --- the prototype's homes ----------------------------------------------------------------------


def legacy_package(to: Builder) -> None:
    prefix = to.name.split(".", 1)[1]
    to.add({name: to(f"{prefix}.{name}") for name in ("io", "ui", "resources")})
    legacy.fill_package(to.module)


def legacy_io(to: Builder) -> None:
    legacy.fill_io(to.module, to("latest._io"))


def legacy_ui(to: Builder) -> None:
    legacy.fill_ui(to.module, to("latest._ui"))
