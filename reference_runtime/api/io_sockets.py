"""The io types that are plain sockets: base Input, base Output, no widget.

Source: class name, wire type and Python type of each at 0.3.64, 0.3.71 and latest. Types that the
host annotates for type checkers only (models, samplers, ...) are ``Any`` at run time.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Callable
from typing import Any

from reference_runtime.api import io_records, media
from reference_runtime.api.internal import prune_dict
from reference_runtime.api.io_base import ComfyTypeI, ComfyTypeIO, WidgetInput, comfytype
from reference_runtime.api.lazy_types import TENSOR, LazyType, tensor_type
from reference_runtime.api.levelled import LevelMeta
from reference_runtime.levels import ACTIVE


def _since_0_3_71(kind: Any) -> LazyType:
    return LazyType(lambda: kind if ACTIVE.level.rank >= 1 else Any)


def _at_latest(kind: Any) -> LazyType:
    return LazyType(lambda: kind if ACTIVE.level.rank >= 2 else Any)


_ANY = """
Sampler SAMPLER | Guider GUIDER | Clip CLIP | Vae VAE | Model MODEL | ControlNet CONTROL_NET
ClipVision CLIP_VISION | ClipVisionOutput CLIP_VISION_OUTPUT | StyleModel STYLE_MODEL
Gligen GLIGEN | UpscaleModel UPSCALE_MODEL | LatentUpscaleModel LATENT_UPSCALE_MODEL
Hooks HOOKS | HookKeyframes HOOK_KEYFRAMES | Photomaker PHOTOMAKER | Point POINT
FaceAnalysis FACE_ANALYSIS | BBOX BBOX | SEGS SEGS | AnyType * | MODEL_PATCH MODEL_PATCH
ModelPatch MODEL_PATCH | AudioEncoder AUDIO_ENCODER | AudioEncoderOutput AUDIO_ENCODER_OUTPUT
Video VIDEO | BackgroundRemoval BACKGROUND_REMOVAL | Load3DModelInfo LOAD3D_MODEL_INFO
Compositor COMPOSITOR | Layers LAYERS | CameraInfoState CAMERA_INFO_STATE | Dict DICT | Array ARRAY
"""

_TENSORS = """
Image IMAGE | Mask MASK | WanCameraEmbedding WAN_CAMERA_EMBEDDING | Sigmas SIGMAS | Noise NOISE
"""

_FILES_3D = """
File3DAny FILE_3D | File3DGLB FILE_3D_GLB | File3DGLTF FILE_3D_GLTF | File3DFBX FILE_3D_FBX
File3DOBJ FILE_3D_OBJ | File3DSTL FILE_3D_STL | File3DUSDZ FILE_3D_USDZ | File3DPLY FILE_3D_PLY
File3DSPLAT FILE_3D_SPLAT | File3DSPZ FILE_3D_SPZ | File3DKSPLAT FILE_3D_KSPLAT
File3DSplatAny FILE_3D_SPLAT_ANY | File3DPointCloudAny FILE_3D_POINT_CLOUD_ANY
"""


def socket(
    name: str, io_type: str, kind: Any = Any, base: type[ComfyTypeIO] = ComfyTypeIO
) -> type[ComfyTypeIO]:
    """A socket io type called ``name``."""
    namespace = {"__module__": __name__, "__qualname__": name, "Type": kind}
    made: Any = ABCMeta(name, (base,), namespace)
    return comfytype(io_type)(made)  # type: ignore[no-any-return]


def _sockets(table: str, kind: Any) -> dict[str, type[ComfyTypeIO]]:
    pairs = (pair.split() for line in table.strip().splitlines() for pair in line.split("|"))
    return {name: socket(name, io_type, kind) for name, io_type in pairs}


def _records() -> dict[str, type[ComfyTypeIO]]:
    conditioning = LazyType(lambda: list[tuple[tensor_type(), io_records.PooledDict]])  # type: ignore[misc]
    operation = LazyType(lambda: Callable[[tensor_type()], tensor_type()])
    return {
        "Latent": socket("Latent", "LATENT", io_records.LatentDict),
        "Conditioning": socket("Conditioning", "CONDITIONING", conditioning),
        "Audio": socket("Audio", "AUDIO", io_records.AudioDict),
        "LoraModel": socket(
            "LoraModel",
            "LORA_MODEL",
            LazyType(lambda: dict[str, tensor_type()]),  # type: ignore[misc]
        ),
        "LossMap": socket("LossMap", "LOSS_MAP", io_records.LossMapDict),
        "TimestepsRange": socket("TimestepsRange", "TIMESTEPS_RANGE", tuple[int, int]),
        "LatentOperation": socket("LatentOperation", "LATENT_OPERATION", operation),
        "FlowControl": socket("FlowControl", "FLOW_CONTROL", tuple[str, Any]),
        "Accumulation": socket("Accumulation", "ACCUMULATION", io_records.AccumulationDict),
        "Load3DCamera": socket("Load3DCamera", "LOAD3D_CAMERA", io_records.CameraInfo),
        "Load3D": socket("Load3D", "LOAD_3D", io_records.Model3DDict),
        "Tracks": socket("Tracks", "TRACKS", io_records.TrackDict),
        "Voxel": socket("Voxel", "VOXEL", _since_0_3_71(media.VOXEL)),
        "Mesh": socket("Mesh", "MESH", _since_0_3_71(media.MESH)),
        "SVG": socket("SVG", "SVG", _at_latest(media.SVG)),
        "Splat": socket("Splat", "SPLAT", media.SPLAT),
    }


SOCKETS: dict[str, type[ComfyTypeIO]] = {
    **_sockets(_ANY, Any),
    **_sockets(_TENSORS, TENSOR),
    **_sockets(_FILES_3D, media.File3D),
    **_records(),
}
"""Every socket io type by its public name."""

_NESTED: dict[str, dict[str, Any]] = {
    "Latent": {"LatentDict": io_records.LatentDict},
    "Conditioning": {
        "PooledDict": io_records.PooledDict,
        "CondList": SOCKETS["Conditioning"].__dict__["Type"],
    },
    "Audio": {"AudioDict": io_records.AudioDict},
    "LossMap": {"LossMapDict": io_records.LossMapDict},
    "Accumulation": {"AccumulationDict": io_records.AccumulationDict},
    "Load3DCamera": {"CameraInfo": io_records.CameraInfo},
    "Load3D": {"Model3DDict": io_records.Model3DDict},
    "Tracks": {"TrackDict": io_records.TrackDict},
}
for _name, _types in _NESTED.items():
    for _attribute, _value in _types.items():
        setattr(SOCKETS[_name], _attribute, _value)

SOCKETS["Load3DAnimation"] = socket(
    "Load3DAnimation", "LOAD_3D_ANIMATION", io_records.Model3DDict, SOCKETS["Load3D"]
)

AnyType = SOCKETS["AnyType"]


# --- the newest types, which come with a widget of their own (latest) ---------------------------


@comfytype("IMAGECOMPARE")
class ImageCompare(ComfyTypeI):
    Type = dict

    class Input(WidgetInput):
        """A comparison of two images, shown in the node."""

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            socketless: bool = True,
            advanced: bool | None = None,
        ) -> None:
            super().__init__(
                id, display_name, optional, tooltip, socketless=socketless, advanced=advanced
            )


@comfytype("COLOR")
class Color(ComfyTypeIO):
    Type = str

    class Input(WidgetInput):
        """A colour as ``#rrggbb``."""

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            socketless: bool = True,
            advanced: bool | None = None,
            default: str = "#ffffff",
        ) -> None:
            super().__init__(
                id, display_name, optional, tooltip, None, default, socketless, advanced=advanced
            )


@comfytype("BOUNDING_BOX")
class BoundingBox(ComfyTypeIO):
    BoundingBoxDict = io_records.BoundingBoxDict
    Type = io_records.BoundingBoxDict

    class Input(WidgetInput):
        """A box in pixels."""

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            socketless: bool = True,
            default: dict[str, int] | None = None,
            component: str | None = None,
            force_input: bool | None = None,
        ) -> None:
            if default is None:
                default = {"x": 0, "y": 0, "width": 512, "height": 512}
            super().__init__(
                id, display_name, optional, tooltip, None, default, socketless, None, force_input
            )
            self.component = component

        def as_dict(self) -> dict[str, Any]:
            return super().as_dict() | prune_dict({"component": self.component})


@comfytype("CURVE")
class Curve(ComfyTypeIO):
    CurvePoint = tuple[float, float]
    Type = list[tuple[float, float]]

    class Input(WidgetInput):
        """A curve through points of the unit square."""

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            socketless: bool = True,
            default: list[tuple[float, float]] | None = None,
            advanced: bool | None = None,
        ) -> None:
            if default is None:
                default = [(0.0, 0.0), (1.0, 1.0)]
            super().__init__(
                id, display_name, optional, tooltip, None, default, socketless, advanced=advanced
            )


def _widget_socket(name: str, io_type: str) -> type[ComfyTypeIO]:
    """A newest type of which only the name, the wire type and the widget's presence are known."""
    made: Any = socket(name, io_type)
    namespace = {"__module__": __name__, "__qualname__": f"{name}.Input", "Parent": made}
    made.Input = LevelMeta("Input", (WidgetInput,), namespace)
    return made  # type: ignore[no-any-return]


NEWEST: dict[str, type[ComfyTypeI]] = {
    "ImageCompare": ImageCompare,
    "Color": Color,
    "BoundingBox": BoundingBox,
    "Curve": Curve,
    "BoundingBoxes": _widget_socket("BoundingBoxes", "BOUNDING_BOXES"),
    "Colors": _widget_socket("Colors", "COLORS"),
    "Histogram": _widget_socket("Histogram", "HISTOGRAM"),
    "Range": _widget_socket("Range", "RANGE"),
    "VideoEdit": _widget_socket("VideoEdit", "VIDEO_EDIT"),
    "ResolutionPreview": _widget_socket("ResolutionPreview", "RESOLUTION_PREVIEW"),
}
"""The latest-only io types with widgets."""
