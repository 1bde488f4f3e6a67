"""Which public name and which keyword exists at which level: the level differences as data.

A span is a pair of level ranks, first and last (``Level.rank``: 0 is 0.3.64, 1 is 0.3.71, 2 is
latest). Source: the public names of ComfyUI 0.3.64 and 0.3.71, Hanzo Studio 0.3.71 and the newest
ComfyUI.
"""

from __future__ import annotations

from reference_runtime.levels import COMFY_0_3_64, COMFY_LATEST, STUDIO_0_3_71, Level

Span = tuple[int, int]

ALWAYS: Span = (0, 2)
SINCE_0_3_71: Span = (1, 2)
SINCE_LATEST: Span = (2, 2)
UNTIL_0_3_71: Span = (0, 1)
ONLY_0_3_64: Span = (0, 0)

_BY_RANK: dict[int, Level] = {
    level.rank: level for level in (COMFY_0_3_64, STUDIO_0_3_71, COMFY_LATEST)
}


def level_of_rank(rank: int) -> Level:
    """The level whose rank it is."""
    return _BY_RANK[rank]


def words(text: str) -> list[str]:
    """The whitespace-separated words of ``text``."""
    return text.split()


def spans(text: str, span: Span) -> dict[str, Span]:
    """One span for every whitespace-separated name of ``text``."""
    return dict.fromkeys(text.split(), span)


# --- names of the io module: in __all__, in the host's order ------------------------------------

IO_ALL_0_3_64 = words("""
FolderType UploadType RemoteOptions NumberDisplay comfytype Custom Input WidgetInput Output
ComfyTypeI ComfyTypeIO Boolean Int Float String Combo MultiCombo Image WanCameraEmbedding Webcam
Mask Latent Conditioning Sampler Sigmas Noise Guider Clip ControlNet Vae Model ClipVision
ClipVisionOutput AudioEncoder AudioEncoderOutput StyleModel Gligen UpscaleModel Audio Video SVG
LoraModel LossMap Voxel Mesh Hooks HookKeyframes TimestepsRange LatentOperation FlowControl
Accumulation Load3DCamera Load3D Load3DAnimation Photomaker Point FaceAnalysis BBOX SEGS AnyType
MultiType HiddenHolder Hidden NodeInfoV1 NodeInfoV3 Schema ComfyNode NodeOutput add_to_dict_v1
add_to_dict_v3
""")

IO_ALL_LATEST = words("""
FolderType UploadType RemoteItemSchema RemoteOptions RemoteComboOptions NumberDisplay
ControlAfterGenerate comfytype Custom Input WidgetInput Output ComfyTypeI ComfyTypeIO Boolean Int
Float String Combo MultiCombo Image WanCameraEmbedding Webcam Mask Latent Conditioning Sampler
Sigmas Noise Guider Clip ControlNet Vae Model ModelPatch ClipVision ClipVisionOutput
BackgroundRemoval AudioEncoder AudioEncoderOutput StyleModel Gligen UpscaleModel
LatentUpscaleModel Audio Video SVG LoraModel LossMap Voxel Mesh Splat File3DAny File3DGLB
File3DGLTF File3DFBX File3DOBJ File3DSTL File3DUSDZ File3DPLY File3DSPLAT File3DSPZ File3DKSPLAT
File3DSplatAny File3DPointCloudAny Hooks HookKeyframes TimestepsRange LatentOperation FlowControl
Accumulation Load3DCamera Load3DModelInfo Load3D Load3DAnimation Compositor Layers CameraInfoState
Photomaker Point FaceAnalysis BBOX SEGS AnyType MultiType Tracks Dict Array Color MatchType
DynamicCombo Autogrow HiddenHolder Hidden NodeInfoV1 Schema ComfyNode NodeOutput add_to_dict_v1
V3Data ImageCompare PriceBadgeDepends PriceBadge BoundingBox BoundingBoxes Colors Curve Histogram
Range VideoEdit ResolutionPreview NodeReplace
""")

IO_ALL: tuple[list[str], list[str], list[str]] = (IO_ALL_0_3_64, IO_ALL_0_3_64, IO_ALL_LATEST)

# --- names reachable in the io module -----------------------------------------------------------

_IO_REACHABLE = {
    **spans("DynamicInput DynamicOutput MatchType _UIOutput _ComfyType _IO_V3", ALWAYS),
    **spans("_ComfyNodeBaseInternal _ComfyNodeInternal _NodeOutputInternal", ALWAYS),
    **spans("classproperty copy_class first_real_override is_class lock_class", ALWAYS),
    **spans("make_locked_method_func prune_dict shallow_clone_class", ALWAYS),
    **spans("MODEL_PATCH _StringIOType AutogrowDynamic ComboDynamic", UNTIL_0_3_71),
    **spans("LatentUpscaleModel", SINCE_0_3_71),
    **spans("DynamicSlot DynamicPathsDefaultValue build_nested_inputs", SINCE_LATEST),
    **spans("get_finalized_class_inputs create_input_dict_v1 parse_class_inputs", SINCE_LATEST),
    **spans("register_dynamic_input_func get_dynamic_input_func", SINCE_LATEST),
    **spans("setup_dynamic_input_funcs handle_prefix finalize_prefix", SINCE_LATEST),
    **spans("InputMapOldId InputMapSetValue OutputMap", SINCE_LATEST),
}


def _io_names() -> dict[str, Span]:
    both = set(IO_ALL_0_3_64) & set(IO_ALL_LATEST)
    names = dict.fromkeys(both, ALWAYS)
    names |= {name: UNTIL_0_3_71 for name in IO_ALL_0_3_64 if name not in both}
    names |= {name: SINCE_LATEST for name in IO_ALL_LATEST if name not in both}
    return names | _IO_REACHABLE


IO_NAMES: dict[str, Span] = _io_names()

# --- the ui module ------------------------------------------------------------------------------

UI_ALL = words("""
SavedResult SavedImages SavedAudios ImageSaveHelper AudioSaveHelper PreviewImage PreviewMask
PreviewAudio PreviewVideo PreviewUI3D PreviewText
""")

UI_NAMES: dict[str, Span] = {
    **dict.fromkeys(UI_ALL, ALWAYS),
    **spans("_UIOutput FolderType Image", ALWAYS),
    **spans("PreviewUI3DAdvanced", SINCE_LATEST),
}

# --- the package *_api.latest -------------------------------------------------------------------

LATEST_ALL: tuple[list[str], list[str], list[str]] = (
    words("ComfyAPI ComfyAPISync Input InputImpl Types ComfyExtension io comfy_io ui"),
    words("ComfyAPI ComfyAPISync Input InputImpl Types ComfyExtension io IO ui UI"),
    words("""
ComfyAPI ComfyAPISync Input InputImpl Types Caching ComfyExtension io IO ui UI
"""),
)

LATEST_NAMES: dict[str, Span] = {
    **spans("ComfyAPI ComfyAPI_latest ComfyAPISync Input InputImpl Types", ALWAYS),
    **spans("ComfyExtension io ui ComfyAPIBase", ALWAYS),
    **spans("ImageInput AudioInput MaskInput LatentInput VideoInput", ALWAYS),
    **spans("VideoFromFile VideoFromComponents VideoCodec VideoContainer VideoComponents", ALWAYS),
    **spans("IO UI", SINCE_0_3_71),
    **spans("MESH VOXEL", SINCE_0_3_71),
    **spans("Caching File3D", SINCE_LATEST),
    **spans("comfy_io", ONLY_0_3_64),
}

INPUT_NAMES: dict[str, Span] = spans("Image Audio Mask Latent Video", ALWAYS)

INPUT_IMPL_NAMES: dict[str, Span] = {
    **spans("VideoFromFile VideoFromComponents", ALWAYS),
    **spans("VideoFromList", SINCE_LATEST),
}

TYPES_NAMES: dict[str, Span] = {
    **spans("VideoCodec VideoContainer VideoComponents", ALWAYS),
    **spans("MESH VOXEL", SINCE_0_3_71),
    **spans("File3D SPLAT", SINCE_LATEST),
}

UTIL_NAMES: dict[str, Span] = {**TYPES_NAMES, **spans("SVG", SINCE_LATEST)}

# --- members of enums, classes and methods ------------------------------------------------------

MEMBERS: dict[str, Span] = {
    "io.NumberDisplay.gradient_slider": SINCE_LATEST,
    "io.Schema.get_v3_info": UNTIL_0_3_71,
    "io.ComfyNode.GET_NODE_INFO_V3": UNTIL_0_3_71,
}

# --- constructor keywords newer than 0.3.64: keyword -> rank of the first level that has it ------

_COMMON = {"raw_link": 2, "advanced": 2}
_TYPED = {"extra_dict": 2, **_COMMON}

KEYWORDS: dict[str, dict[str, int]] = {
    "Input": _COMMON,
    "WidgetInput": _COMMON,
    "Boolean.Input": _TYPED,
    "Int.Input": _TYPED,
    "Float.Input": {"gradient_stops": 2, **_TYPED},
    "String.Input": _TYPED,
    "Combo.Input": {"remote_combo": 2, **_TYPED},
    "MultiCombo.Input": _TYPED,
    "Webcam.Input": _TYPED,
    "MultiType.Input": _COMMON,
    "MatchType.Input": _COMMON,
    "Schema": {
        "search_aliases": 2,
        "is_dev_only": 2,
        "price_badge": 2,
        "accept_all_inputs": 2,
        "essentials_category": 2,
        "has_intermediate_output": 2,
        "loop_boundary": 2,
    },
}

# --- keys of the frontend's entry, in the host's order, per level -------------------------------

INFO_V1: tuple[str, ...] = (
    "input", "input_order", "output", "output_is_list", "output_name", "output_tooltips", "name",
    "display_name", "description", "python_module", "category", "output_node", "deprecated",
    "experimental", "api_node",
)  # fmt: skip
INFO_V1_LATEST: tuple[str, ...] = (
    "input", "input_order", "is_input_list", "output", "output_is_list", "output_name",
    "output_tooltips", "output_matchtypes", "name", "display_name", "description",
    "python_module", "category", "output_node", "has_intermediate_output", "deprecated",
    "experimental", "dev_only", "api_node", "price_badge", "search_aliases",
    "essentials_category",
)  # fmt: skip


def info_keys(level: Level) -> tuple[str, ...]:
    """Keys of a v3 node's ``/object_info`` entry at ``level``, in order."""
    return INFO_V1_LATEST if level.rank >= 2 else INFO_V1


# --- brands -------------------------------------------------------------------------------------

BRANDED_NAMES: dict[str, str] = {
    "ComfyAPI": "StudioAPI",
    "ComfyAPISync": "StudioAPISync",
    "ComfyAPI_latest": "StudioAPI_latest",
    "ComfyAPIBase": "StudioAPIBase",
    "ComfyAPIWithVersion": "StudioAPIWithVersion",
    "ComfyAPIAdapter_v0_0_1": "StudioAPIAdapter_v0_0_1",
    "ComfyAPIAdapter_v0_0_2": "StudioAPIAdapter_v0_0_2",
    "ComfyExtension": "StudioExtension",
    "ComfyNode": "StudioNode",
    "ComfyNodeABC": "StudioNodeABC",
    "ComfyTypeI": "StudioTypeI",
    "ComfyTypeIO": "StudioTypeIO",
    "comfytype": "studiotype",
    "_ComfyType": "_StudioType",
    "_ComfyNodeInternal": "_StudioNodeInternal",
    "_ComfyNodeBaseInternal": "_StudioNodeBaseInternal",
    "comfy_io": "studio_io",
}
"""comfy name -> studio name of the same object; names not listed are the same in both trees."""

STUDIO_TO_COMFY: dict[str, str] = {studio: comfy for comfy, studio in BRANDED_NAMES.items()}

# --- the older names of the API's prototype (no shipped host has them) -------------------

LEGACY_IO: dict[str, str] = {
    "ComfyNodeV3": "ComfyNode",
    "StudioNodeV3": "StudioNode",
    "SchemaV3": "Schema",
    "InputV3": "Input",
    "WidgetInputV3": "WidgetInput",
    "OutputV3": "Output",
    "IO_V3": "_IO_V3",
    "ComfyType": "_ComfyType",
    "StudioType": "_StudioType",
    "AutoGrowDynamicInput": "Autogrow.Input",
    "ComboDynamicInput": "DynamicCombo.Input",
    "NodeState": "a dict on the class, keyed by cls.hidden.unique_id",
    "NodeStateLocal": "a dict on the class, keyed by cls.hidden.unique_id",
    "Serializer": "nothing, it was never used",
}
LEGACY_UI: dict[str, str] = {
    "UIImages": "SavedImages",
    "UILatents": "a dict as NodeOutput(ui=...)",
    "UIAudio": "SavedAudios",
    "UI3D": "PreviewUI3D",
    "UIText": "PreviewText",
}
LEGACY_MEMBERS: dict[str, str] = {
    "DEFINE_SCHEMA": "define_schema",
    "as_dict_V1": "as_dict",
    "get_io_type_V1": "get_io_type",
    "widgetType=": "widget_type=",
    "types=": "MultiType.Input",
    "image_upload=": "upload=UploadType.image",
    "cls.state": "a dict on the class, keyed by cls.hidden.unique_id",
    "cls.resources": "a cache of the pack's own",
    "NumberDisplay.color": "nothing, it was removed",
}
"""Prototype name -> today's name."""
