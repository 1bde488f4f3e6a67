"""The plain socket types: names, wire types, Python types."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest

WIRE_TYPES = {
    "Image": "IMAGE", "Mask": "MASK", "WanCameraEmbedding": "WAN_CAMERA_EMBEDDING",
    "Sigmas": "SIGMAS", "Noise": "NOISE", "Latent": "LATENT", "Conditioning": "CONDITIONING",
    "Sampler": "SAMPLER", "Guider": "GUIDER", "Clip": "CLIP", "Vae": "VAE", "Model": "MODEL",
    "ControlNet": "CONTROL_NET", "ClipVision": "CLIP_VISION",
    "ClipVisionOutput": "CLIP_VISION_OUTPUT", "StyleModel": "STYLE_MODEL", "Gligen": "GLIGEN",
    "UpscaleModel": "UPSCALE_MODEL", "Video": "VIDEO", "Hooks": "HOOKS",
    "HookKeyframes": "HOOK_KEYFRAMES", "Audio": "AUDIO", "SVG": "SVG",
    "Photomaker": "PHOTOMAKER", "Point": "POINT", "FaceAnalysis": "FACE_ANALYSIS",
    "BBOX": "BBOX", "SEGS": "SEGS", "AnyType": "*", "MODEL_PATCH": "MODEL_PATCH",
    "AudioEncoder": "AUDIO_ENCODER", "AudioEncoderOutput": "AUDIO_ENCODER_OUTPUT",
    "Voxel": "VOXEL", "Mesh": "MESH", "LoraModel": "LORA_MODEL", "LossMap": "LOSS_MAP",
    "TimestepsRange": "TIMESTEPS_RANGE", "LatentOperation": "LATENT_OPERATION",
    "FlowControl": "FLOW_CONTROL", "Accumulation": "ACCUMULATION",
    "Load3DCamera": "LOAD3D_CAMERA", "Load3D": "LOAD_3D", "Load3DAnimation": "LOAD_3D_ANIMATION",
}  # fmt: skip

NEWER_WIRE_TYPES = {
    "ModelPatch": "MODEL_PATCH", "LatentUpscaleModel": "LATENT_UPSCALE_MODEL", "Splat": "SPLAT",
    "Tracks": "TRACKS", "File3DAny": "FILE_3D", "File3DGLB": "FILE_3D_GLB",
    "File3DGLTF": "FILE_3D_GLTF", "File3DFBX": "FILE_3D_FBX", "File3DOBJ": "FILE_3D_OBJ",
    "File3DSTL": "FILE_3D_STL", "File3DUSDZ": "FILE_3D_USDZ", "File3DPLY": "FILE_3D_PLY",
    "File3DSPLAT": "FILE_3D_SPLAT", "File3DSPZ": "FILE_3D_SPZ",
    "File3DKSPLAT": "FILE_3D_KSPLAT", "File3DSplatAny": "FILE_3D_SPLAT_ANY",
    "File3DPointCloudAny": "FILE_3D_POINT_CLOUD_ANY", "BackgroundRemoval": "BACKGROUND_REMOVAL",
    "Load3DModelInfo": "LOAD3D_MODEL_INFO", "Layers": "LAYERS", "Compositor": "COMPOSITOR",
    "CameraInfoState": "CAMERA_INFO_STATE", "Dict": "DICT", "Array": "ARRAY", "Color": "COLOR",
    "Colors": "COLORS", "BoundingBox": "BOUNDING_BOX", "BoundingBoxes": "BOUNDING_BOXES",
    "Curve": "CURVE", "Histogram": "HISTOGRAM", "Range": "RANGE", "VideoEdit": "VIDEO_EDIT",
    "ResolutionPreview": "RESOLUTION_PREVIEW",
}  # fmt: skip


@pytest.mark.parametrize(("name", "wire"), WIRE_TYPES.items())
def test_sockets_of_0_3_64(io: Any, name: str, wire: str) -> None:
    kind = vars(io)[name]
    assert kind.Input("a").get_io_type() == kind.Output().get_io_type() == wire
    assert kind.Input("a", tooltip="t").as_dict() == {"optional": False, "tooltip": "t"}
    assert kind.Output("o").as_dict() == {"is_output_list": False}


@pytest.mark.parametrize(("name", "wire"), NEWER_WIRE_TYPES.items())
def test_newer_types_at_latest(at: Any, name: str, wire: str) -> None:
    kind = vars(at("comfy-latest"))[name]
    assert kind.Input("a").get_io_type() == kind.Output().get_io_type() == wire


def test_model_kinds_have_no_python_type_at_run_time(io: Any) -> None:
    kinds = ["Model", "Clip", "Vae", "Sampler", "Guider", "ControlNet", "Video", "Hooks"]
    assert all(getattr(io, kind).Type is Any for kind in kinds)


def test_tensor_types(io: Any) -> None:
    torch = pytest.importorskip("torch")
    kinds = ["Image", "Mask", "Sigmas", "Noise", "WanCameraEmbedding"]
    assert all(getattr(io, kind).Type is torch.Tensor for kind in kinds)
    assert io.Image.Input("a").Type is torch.Tensor
    assert io.LoraModel.Type == dict[str, torch.Tensor]


def test_record_types(io: Any) -> None:
    assert io.Latent.Type is io.Latent.LatentDict
    assert io.Latent.LatentDict.__required_keys__ == {"samples"}
    assert io.Latent.LatentDict.__optional_keys__ == {"noise_mask", "batch_index", "type"}
    assert list(io.Audio.AudioDict.__annotations__) == ["waveform", "sampler_rate"]  # B12
    assert io.TimestepsRange.Type == tuple[int, int]
    assert issubclass(io.Load3DAnimation, io.Load3D)


@pytest.mark.parametrize(
    ("level", "typed"), [("comfy-0.3.64", False), ("studio-0.3.71", True), ("comfy-latest", True)]
)
def test_mesh_and_voxel_are_typed_from_0_3_71_on(at: Any, level: str, typed: bool) -> None:
    io = at(level)
    assert (io.Mesh.Type is not Any) is typed
    assert (io.Voxel.Type is not Any) is typed


IMPORT_ALL = """
import sys
from reference_runtime.api import modules
roots = {"api": "studio_api", "execution": "studio_execution", "types": "studio.comfy_types"}
for key in modules._BUILDERS:
    head, dot, rest = key.partition(".")
    assert modules.provide(roots[head] + dot + rest) is not None, key
heavy = {"torch", "numpy", "PIL", "av"} & set(sys.modules)
assert not heavy, heavy
"""


def test_importing_the_whole_api_loads_neither_torch_nor_numpy_nor_pil() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
