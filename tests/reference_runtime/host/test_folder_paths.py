"""``folder_paths`` over a folder of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from reference_runtime.host import folders
from reference_runtime.host.standins import folder_paths
from reference_runtime.levels import ACTIVE, configure


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    before = (ACTIVE.level, ACTIVE.mode, folder_paths.base_path)
    configure("studio-0.3.71")
    folders.prepare(tmp_path)
    yield tmp_path
    ACTIVE.level, ACTIVE.mode = before[:2]
    folder_paths._use_root(Path(before[2]), ACTIVE.level.rank)


def add(root: Path, *files: str) -> None:
    for file in files:
        path = root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")


def test_a_new_host_has_its_folders_and_an_example_image(root: Path) -> None:
    assert (root / "models" / "loras").is_dir()
    assert (root / "custom_nodes").is_dir()
    assert (root / "input" / "example.png").read_bytes().startswith(b"\x89PNG")


def test_the_example_image_is_one(root: Path) -> None:
    image = pytest.importorskip("PIL.Image").open(root / "input" / "example.png")
    assert (image.size, image.mode) == ((64, 64), "RGB")
    assert image.getpixel((0, 0)) == (0, 0, 0)
    assert image.getpixel((63, 5)) == (255, 255, 255)


@pytest.mark.parametrize(("level", "there"), [("studio-0.3.71", True), ("comfy-0.3.64", False)])
def test_folder_names_depend_on_the_level(root: Path, level: str, there: bool) -> None:
    configure(level)
    folders.prepare(root)
    assert ("latent_upscale_models" in folder_paths.folder_names_and_paths) is there


def test_names_are_listed_sorted_deep_and_by_extension(root: Path) -> None:
    add(root, "models/loras/b.safetensors", "models/loras/sub/a.PT", "models/loras/readme.txt")
    assert folder_paths.get_filename_list("loras") == ["b.safetensors", "sub/a.PT"]


def test_a_listing_is_renewed_when_a_file_appears(root: Path) -> None:
    assert folder_paths.get_filename_list("vae") == []
    add(root, "models/vae/new/one.pt")
    assert folder_paths.get_filename_list("vae") == ["new/one.pt"]


def test_old_folder_names_mean_the_new_ones(root: Path) -> None:
    add(root, "models/clip/t5.safetensors", "models/unet/flux.sft")
    assert folder_paths.get_filename_list("clip") == ["t5.safetensors"]
    assert folder_paths.get_full_path("unet", "flux.sft") == str(root / "models/unet/flux.sft")


def test_unknown_folder_names_are_key_errors(root: Path) -> None:
    with pytest.raises(KeyError):
        folder_paths.get_filename_list("no_such_folder")


def test_full_paths_stay_inside_the_folder(root: Path) -> None:
    add(root, "secret.pt", "models/loras/in.pt")
    assert folder_paths.get_full_path("loras", "in.pt") == str(root / "models/loras/in.pt")
    assert folder_paths.get_full_path("loras", "../../secret.pt") is None
    assert folder_paths.get_full_path("loras", str(root / "secret.pt")) is None


def test_a_missing_model_is_an_error_where_one_is_asked_for(root: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"'gone\.pt' in the model folder 'loras'"):
        folder_paths.get_full_path_or_raise("loras", "gone.pt")


def test_packs_add_folders_of_their_own(root: Path) -> None:
    folder_paths.add_model_folder_path("my_models", str(root / "a"))
    folder_paths.add_model_folder_path("my_models", str(root / "b"))
    folder_paths.add_model_folder_path("my_models", str(root / "b"), is_default=True)
    assert folder_paths.get_folder_paths("my_models") == [str(root / "b"), str(root / "a")]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x.png [output]", ("x.png", "output")),
        ("x.png [input]", ("x.png", "input")),
        ("x.png [temp]", ("x.png", "temp")),
        ("x.png", ("x.png", None)),
    ],
)
def test_annotated_names(root: Path, name: str, expected: tuple[str, str | None]) -> None:
    plain, directory = folder_paths.annotated_filepath(name)
    assert plain == expected[0]
    assert directory == (None if expected[1] is None else str(root / expected[1]))


def test_annotated_paths_default_to_the_input_folder(root: Path) -> None:
    assert folder_paths.get_annotated_filepath("x.png") == str(root / "input" / "x.png")
    assert folder_paths.exists_annotated_filepath("example.png")
    assert not folder_paths.exists_annotated_filepath("example.png [output]")


def test_content_types(root: Path) -> None:
    files = ["a.png", "b.webp", "c.mp4", "d.wav", "e.fbx", "f.txt"]
    assert folder_paths.filter_files_content_types(files, ["image"]) == ["a.png", "b.webp"]
    assert folder_paths.filter_files_content_types(files, ["audio", "model"]) == ["d.wav", "e.fbx"]


def test_saved_files_are_counted_on(root: Path) -> None:
    out = folder_paths.get_output_directory()
    add(root, "output/sub/pic_00007_.png", "output/sub/pic_x_.png", "output/sub/picture_00090_.png")
    folder, name, counter, subfolder, prefix = folder_paths.get_save_image_path(
        "sub/pic", out, 640, 480
    )
    assert (folder, name, counter) == (str(root / "output" / "sub"), "pic", 8)
    assert (subfolder, prefix) == ("sub", "sub/pic")


def test_variables_in_a_prefix_are_filled_in(root: Path) -> None:
    out = folder_paths.get_output_directory()
    name = folder_paths.get_save_image_path("%width%x%height%-%year%", out, 640, 480)[1]
    assert name.startswith("640x480-2")
    assert "%" not in name


@pytest.mark.parametrize("prefix", ["../out", "a/../../b", "/tmp/elsewhere"])
def test_a_prefix_can_not_leave_the_folder(root: Path, prefix: str) -> None:
    with pytest.raises(ValueError, match="outside the output folder"):
        folder_paths.get_save_image_path(prefix, folder_paths.get_output_directory())
