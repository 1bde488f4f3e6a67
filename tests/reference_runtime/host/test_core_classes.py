"""The host's node classes: the right face, real where no model is needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.host import core_classes, core_v3, folders
from reference_runtime.host.core_classes import class_names, core_class
from reference_runtime.host.missing import HostFeatureMissing
from reference_runtime.host.standins import folder_paths
from reference_runtime.levels import ACTIVE, configure
from reference_runtime.touches import LOG


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    before = (ACTIVE.level, ACTIVE.mode, folder_paths.base_path, LOG.phase)
    _at("comfy-0.3.64")
    folders.prepare(tmp_path)
    yield tmp_path
    _at(before[0].name)
    ACTIVE.mode, LOG.phase = before[1], before[3]
    folder_paths._use_root(Path(before[2]), ACTIVE.level.rank)


def _at(level: str) -> None:
    configure(level)
    core_class.cache_clear()
    core_v3.v3_class.cache_clear()


def node(name: str, module: str = "nodes") -> Any:
    made = core_class(module, name)
    assert made is not None
    return made


def test_options_that_packs_read_from_the_class(root: Path) -> None:
    for name, lists in core_classes._LISTS.items():
        required = node(name).INPUT_TYPES()["required"]
        for attribute, offered in lists.items():
            assert getattr(node(name), attribute) == required[offered][0]
    assert "lanczos" in node("ImageScale").upscale_methods
    assert "bislerp" in node("LatentUpscale").upscale_methods


def test_every_class_has_a_whole_v1_face(root: Path) -> None:
    for module in core_classes._table():
        for name in class_names(module):
            made = node(name, module)
            made.INPUT_TYPES()
            assert callable(getattr(made, made.FUNCTION)), name
            assert isinstance(made.RETURN_TYPES, tuple), name
            assert isinstance(made.CATEGORY, str), name
            made()


def test_inputs_are_as_the_host_reports_them(root: Path) -> None:
    inputs = node("LatentUpscale").INPUT_TYPES()["required"]
    assert list(inputs) == ["samples", "upscale_method", "width", "height", "crop"]
    assert inputs["width"] == ("INT", {"default": 512, "min": 0, "max": 16384, "step": 8})
    assert inputs["crop"] == (["disabled", "center"],)
    assert node("SaveImage").INPUT_TYPES()["hidden"]["prompt"] == "PROMPT"


def test_each_call_gives_fresh_inputs(root: Path) -> None:
    node("LatentUpscale").INPUT_TYPES()["required"]["crop"][0].append("mine")
    assert node("LatentUpscale").INPUT_TYPES()["required"]["crop"][0] == ["disabled", "center"]


def test_options_that_are_files_come_from_the_folders(root: Path) -> None:
    (root / "models" / "loras" / "one.safetensors").write_bytes(b"")
    (root / "input" / "notes.txt").write_bytes(b"")
    assert node("LoraLoader").INPUT_TYPES()["required"]["lora_name"][0] == ["one.safetensors"]
    assert node("LoadImage").INPUT_TYPES()["required"]["image"][0] == ["example.png"]
    mask_files = node("LoadImageMask").INPUT_TYPES()["required"]["image"][0]
    assert mask_files == ["example.png", "notes.txt"]


def test_tiny_vaes_are_offered_when_both_halves_are_there(root: Path) -> None:
    folder = root / "models" / "vae_approx"
    (folder / "taesd_encoder.pth").write_bytes(b"")
    assert node("VAELoader").vae_list() == ["pixel_space"]
    (folder / "taesd_decoder.pth").write_bytes(b"")
    assert node("VAELoader").vae_list() == ["taesd", "pixel_space"]


def test_samplers_and_schedulers_are_the_hosts(root: Path) -> None:
    inputs = node("KSampler").INPUT_TYPES()["required"]
    assert inputs["sampler_name"][0][:2] == ["euler", "euler_cfg_pp"]
    assert inputs["sampler_name"][0][-3:] == ["ddim", "uni_pc", "uni_pc_bh2"]
    assert inputs["scheduler"][0][-1] == "kl_optimal"


def test_classes_and_options_follow_the_level(root: Path) -> None:
    old = node("DualCLIPLoader").INPUT_TYPES()["required"]["type"][0]
    assert core_class("comfy_extras.nodes_hunyuan3d", "SaveGLB") is not None
    _at("studio-0.3.71")
    new = node("DualCLIPLoader").INPUT_TYPES()["required"]["type"][0]
    assert new == [*old, "hunyuan_video_15"]
    assert core_class("comfy_extras.nodes_hunyuan3d", "SaveGLB") is None
    assert core_v3.v3_class("comfy_extras.nodes_hunyuan3d", "SaveGLB") is not None


def test_the_brand_stands_in_default_file_names(root: Path) -> None:
    assert node("SaveImage").INPUT_TYPES()["required"]["filename_prefix"][1]["default"] == "ComfyUI"
    _at("studio-0.3.71")
    assert node("SaveImage").INPUT_TYPES()["required"]["filename_prefix"][1]["default"] == "Studio"


def test_nodes_that_need_a_model_say_so(root: Path) -> None:
    with pytest.raises(HostFeatureMissing, match=r"nodes\.VAEDecode\.decode needs a real host"):
        node("VAEDecode")().decode(None, None)


def test_packs_extend_the_v3_extras(root: Path) -> None:
    _at("studio-0.3.71")
    base: Any = core_v3.v3_class("comfy_extras.nodes_lt", "LTXVAddGuide")
    from reference_runtime.api.node import ComfyNode

    assert issubclass(base, ComfyNode)
    with pytest.raises(HostFeatureMissing, match=r"LTXVAddGuide\.define_schema"):
        base.define_schema()


def test_saving_writes_the_prompt_into_the_file(root: Path) -> None:
    torch = pytest.importorskip("torch")
    image_module = pytest.importorskip("PIL.Image")
    images = torch.zeros(2, 3, 4, 3)
    shown = node("SaveImage")().save_images(images, "sub/mine", {"1": {}}, {"workflow": {"v": 1}})
    names = [entry["filename"] for entry in shown["ui"]["images"]]
    assert names == ["mine_00001_.png", "mine_00002_.png"]
    with image_module.open(root / "output" / "sub" / names[0]) as image:
        assert json.loads(image.text["prompt"]) == {"1": {}}
        assert json.loads(image.text["workflow"]) == {"v": 1}
        assert image.size == (4, 3)


def test_loading_gives_the_pixels_and_the_inverted_alpha(root: Path) -> None:
    torch = pytest.importorskip("torch")
    image_module = pytest.importorskip("PIL.Image")
    image_module.new("RGBA", (3, 2), (255, 0, 0, 51)).save(root / "input" / "half.png")
    image, mask = node("LoadImage")().load_image("half.png")
    assert image.shape == (1, 2, 3, 3)
    assert torch.equal(image[0, 0, 0], torch.tensor([1.0, 0.0, 0.0]))
    assert torch.allclose(mask, torch.full((1, 2, 3), 0.8))
    assert node("LoadImage").VALIDATE_INPUTS("half.png") is True
    assert "gone.png" in node("LoadImage").VALIDATE_INPUTS("gone.png")


def test_a_batch_of_two_sizes_takes_the_first(root: Path) -> None:
    torch = pytest.importorskip("torch")
    (made,) = node("ImageBatch")().batch(torch.zeros(1, 4, 6, 3), torch.ones(2, 8, 8, 3))
    assert made.shape == (3, 4, 6, 3)


def test_mixed_alpha_is_batched_from_0_3_71_on(root: Path) -> None:
    torch = pytest.importorskip("torch")
    pair = (torch.zeros(1, 4, 4, 3), torch.zeros(1, 4, 4, 4))
    with pytest.raises(RuntimeError):
        node("ImageBatch")().batch(*pair)
    _at("studio-0.3.71")
    (made,) = node("ImageBatch")().batch(*pair)
    assert made[0, 0, 0].tolist() == [0.0, 0.0, 0.0, 1.0]
