"""The core pack's nodes: what they do, and that no file name leaves its folder."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reference_runtime import core_pack
from reference_runtime.host import folders
from reference_runtime.host.standins import folder_paths
from reference_runtime.levels import ACTIVE
from reference_runtime.paths import PathRefused

torch: Any = pytest.importorskip("torch")
NODES = core_pack.NODE_CLASS_MAPPINGS


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    before = folder_paths.base_path
    folders.prepare(tmp_path)
    yield tmp_path
    folder_paths._use_root(Path(before), ACTIVE.level.rank)


def call(name: str, **inputs: Any) -> Any:
    """One call as the engine makes it; the values, or the dict with the ui."""
    cls = NODES[name]
    if hasattr(cls, "GET_SCHEMA"):
        return cls.execute(**inputs).args
    return getattr(cls(), cls.FUNCTION)(**inputs)


def image(*sizes: int) -> Any:
    return torch.rand((*sizes, 3), generator=torch.Generator().manual_seed(3))


def test_images_are_saved_with_the_prompt_and_numbered_by_prefix(root: Path) -> None:
    pil = pytest.importorskip("PIL.Image")
    prompt = {"1": {"class_type": "SaveImage", "inputs": {}}}
    inputs = {"images": image(2, 4, 6), "prompt": prompt, "extra_pnginfo": {"workflow": {"a": 1}}}
    first = call("SaveImage", filename_prefix="x[1]/y[2]", **inputs)["ui"]["images"]
    assert [each["filename"] for each in first] == ["y[2]_00001_.png", "y[2]_00002_.png"]
    again = call("SaveImage", filename_prefix="x[1]/y[2]", **inputs)["ui"]["images"]
    assert again[0] == {"filename": "y[2]_00003_.png", "subfolder": "x[1]", "type": "output"}
    assert call("SaveImage", filename_prefix="z", **inputs)["ui"]["images"][0]["filename"] == (
        "z_00001_.png"
    )
    picture = pil.open(root / "output" / "x[1]" / "y[2]_00001_.png")
    assert picture.size == (6, 4)
    assert json.loads(picture.text["prompt"]) == prompt
    assert json.loads(picture.text["workflow"]) == {"a": 1}


def test_a_saved_image_is_loaded_again(root: Path) -> None:
    pytest.importorskip("PIL")
    pixels = (image(1, 4, 6) * 255).round() / 255
    saved = call("SaveImage", images=pixels, filename_prefix="s/a")["ui"]["images"][0]
    name = f"{saved['subfolder']}/{saved['filename']} [output]"
    assert NODES["LoadImage"].VALIDATE_INPUTS(image=name) is True
    loaded, mask = call("LoadImage", image=name)
    assert torch.allclose(loaded, pixels, atol=1 / 255)
    assert mask.shape == (1, 64, 64)
    assert call("LoadImageMask", image=name, channel="red")[0].shape == (1, 4, 6)
    assert len(NODES["LoadImage"].IS_CHANGED(image=name)) == 64


@pytest.mark.parametrize(
    "name", ["../secret.png", "/etc/passwd", "C:\\x.png", "../secret.png [output]", "", "link.png"]
)
@pytest.mark.parametrize("node", ["LoadImage", "LoadImageMask", "LoadLatent"])
def test_no_file_name_leaves_its_folder(root: Path, node: str, name: str) -> None:
    (root / "secret.png").write_bytes(b"secret")
    (root / "input" / "link.png").symlink_to("../secret.png")
    key = "latent" if node == "LoadLatent" else "image"
    verdict = NODES[node].VALIDATE_INPUTS(**{key: name})
    assert isinstance(verdict, str)
    assert verdict.startswith("Invalid ")
    channel = {"channel": "red"} if node == "LoadImageMask" else {}
    with pytest.raises(PathRefused):
        call(node, **{key: name}, **channel)


def test_latents_come_back_from_their_file(root: Path) -> None:
    pytest.importorskip("safetensors")
    samples = torch.rand((2, 4, 3, 5))
    saved = call("SaveLatent", samples={"samples": samples}, filename_prefix="l/a")["ui"]["latents"]
    assert saved == [{"filename": "a_00001_.latent", "subfolder": "l", "type": "output"}]
    assert torch.equal(
        call("LoadLatent", latent="l/a_00001_.latent [output]")[0]["samples"], samples
    )


def test_images_are_regrouped_in_order() -> None:
    batches = [image(3, 2, 2), image(2, 2, 2), image(1, 4, 4)]
    (made,) = call("RebatchImages", images=batches, batch_size=[2])
    assert [tuple(batch.shape) for batch in made] == [
        (2, 2, 2, 3), (2, 2, 2, 3), (1, 2, 2, 3), (1, 4, 4, 3),
    ]  # fmt: skip
    assert torch.equal(torch.cat(made[:3]), torch.cat(batches[:2]))


def test_latents_are_regrouped_with_their_masks_and_numbers() -> None:
    latents = [
        {"samples": torch.rand((3, 4, 2, 2)), "noise_mask": torch.rand((1, 1, 16, 16))},
        {"samples": torch.rand((2, 4, 2, 2))},
        {"samples": torch.rand((1, 4, 2, 2)), "batch_index": [9]},
    ]
    (made,) = call("RebatchLatents", latents=latents, batch_size=[4])
    assert [len(each["samples"]) for each in made] == [4, 2]
    assert torch.equal(made[0]["samples"][:3], latents[0]["samples"])
    assert torch.equal(made[0]["noise_mask"][:3], latents[0]["noise_mask"].repeat(3, 1, 1, 1))
    assert torch.equal(made[0]["noise_mask"][3:], torch.ones((1, 1, 16, 16)))
    assert [each["batch_index"] for each in made] == [[0, 1, 2, 3], [4, 9]]
    assert "noise_mask" not in made[1]


def test_videos_are_regrouped() -> None:
    latent = {"samples": torch.rand((3, 16, 2, 4, 4))}
    (made,) = call("RebatchLatents", latents=[latent], batch_size=[2])
    assert [each["samples"].shape for each in made] == [(2, 16, 2, 4, 4), (1, 16, 2, 4, 4)]


def test_a_latent_is_repeated_with_new_numbers() -> None:
    latent = {"samples": torch.rand((2, 4, 2, 2)), "batch_index": [4, 5]}
    (made,) = call("RepeatLatentBatch", samples=latent, amount=2)
    assert torch.equal(made["samples"], torch.cat([latent["samples"]] * 2))
    assert made["batch_index"] == [4, 5, 6, 7]
    assert call("RepeatImageBatch", image=image(2, 2, 2), amount=3)[0].shape == (6, 2, 2, 3)


@pytest.mark.parametrize(
    ("value", "text"),
    [("a", "a"), (3, "3"), (None, "None"), ({"a": [1]}, '{"a": [1]}'), (1j, "1j")],
)
def test_any_value_is_shown_as_text(value: Any, text: str) -> None:
    assert call("PreviewAny", source=value) == {"ui": {"text": (text,)}}


@pytest.mark.parametrize(("kind", "value"), [("Int", 3), ("Boolean", True), ("String", "a")])
def test_a_primitive_hands_on_its_value(kind: str, value: Any) -> None:
    assert call(f"Primitive{kind}", value=value) == (value,)


def test_every_node_has_a_face_and_can_be_made() -> None:
    assert {"SaveImage", "PreviewImage", "LoadImage", "EmptyImage", "ImageScale"} <= set(NODES)
    for key, cls in NODES.items():
        cls.INPUT_TYPES()
        assert callable(getattr(cls, cls.FUNCTION)), key
        if not hasattr(cls, "GET_SCHEMA"):
            cls()
