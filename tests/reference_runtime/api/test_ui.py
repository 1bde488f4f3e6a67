"""What nodes show, and the files that the helpers write: names, numbers, metadata, pixels."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

torch = pytest.importorskip("torch")
Image = pytest.importorskip("PIL.Image")

from reference_runtime.api import audio_files, ui  # noqa: E402
from reference_runtime.api.hidden import HiddenHolder  # noqa: E402
from reference_runtime.api.io_enums import FolderType  # noqa: E402

TEXTS = {"prompt": '{"1": {"a": 1}}', "workflow": '{"n": 1}', "z": "[2]"}


class Shown:
    """A node class during a call."""

    hidden = HiddenHolder.from_dict(
        {"PROMPT": {"1": {"a": 1}}, "EXTRA_PNGINFO": {"workflow": {"n": 1}, "z": [2]}}
    )


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A host whose folders lie below a temporary one, with the host's counters."""

    def directory(kind: str) -> str:
        return str(tmp_path / kind)

    def save_path(prefix: str, root: str, width: int = 0, height: int = 0) -> Any:
        prefix = prefix.replace("%width%", str(width)).replace("%height%", str(height))
        sub, _, base = prefix.rpartition("/")
        folder = Path(root) / sub
        folder.mkdir(parents=True, exist_ok=True)
        taken = [re.match(rf"{re.escape(base)}_(\d+)_", f.name) for f in folder.iterdir()]
        counter = max((int(found.group(1)) for found in taken if found), default=0) + 1
        return str(folder), base, counter, sub, prefix

    host = SimpleNamespace(
        get_directory_by_type=directory,
        get_save_image_path=save_path,
        get_temp_directory=lambda: directory("temp"),
    )
    monkeypatch.setitem(sys.modules, "folder_paths", host)
    for name in ("comfy.cli_args", "studio.cli_args"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return tmp_path


@pytest.fixture
def images() -> Any:
    """Three images of 12 x 8 with values outside of 0..1."""
    return torch.linspace(-0.5, 1.5, 3 * 8 * 12 * 3).reshape(3, 8, 12, 3)


# --- dicts --------------------------------------------------------------------------------------


def test_the_emitted_dicts() -> None:
    result = ui.SavedResult("f", "s", FolderType.temp)
    assert result == {"filename": "f", "subfolder": "s", "type": "temp"}
    assert (result.filename, result.subfolder, result.type) == ("f", "s", FolderType.temp)
    assert ui.SavedImages([result]).as_dict() == {"images": [result]}
    assert ui.SavedImages([result], True).as_dict()["animated"] == (True,)
    assert ui.SavedAudios([result]).as_dict() == {"audio": [result]}
    assert ui.PreviewVideo([result]).as_dict() == {"images": [result], "animated": (True,)}
    assert ui.PreviewUI3D("m", {"c": 1}).as_dict() == {"result": ["m", {"c": 1}]}
    assert ui.PreviewText("t").as_dict() == {"text": ("t",)}


def test_the_3d_view_at_latest_shows_a_background(at: Any, folders: Path, images: Any) -> None:
    at("comfy-latest")
    assert ui.PreviewUI3D("m", None).as_dict() == {"result": ["m", None, None]}
    path = ui.PreviewUI3D("m", None, bg_image=images).as_dict()["result"][2]
    assert path.startswith("temp/bg_")
    assert (folders / path).exists()


# --- images -------------------------------------------------------------------------------------


def test_one_png_per_image_counted_from_one(folders: Path, images: Any) -> None:
    save = ui.ImageSaveHelper.save_images
    first = save(images, "sub/a", FolderType.output, None)
    assert [result.filename for result in first] == [f"a_0000{n}_.png" for n in (1, 2, 3)]
    assert {result.subfolder for result in first} == {"sub"}
    assert save(images, "sub/a", FolderType.output, None)[0].filename == "a_00004_.png"
    assert len(list((folders / "output" / "sub").iterdir())) == 6


def test_prefix_variables(folders: Path, images: Any) -> None:
    made = ui.ImageSaveHelper.save_images(
        images, "%width%x%height%_%batch_num%", FolderType.output, None
    )
    assert [result.filename for result in made] == [
        "12x8_0_00001_.png",
        "12x8_1_00002_.png",
        "12x8_2_00003_.png",
    ]


def test_pixels_are_clipped(folders: Path, images: Any) -> None:
    ui.ImageSaveHelper.save_images(images, "a", FolderType.output, None)
    pixels = Image.open(folders / "output" / "a_00001_.png").tobytes()
    expected = (images[0] * 255).clamp(0, 255).to(torch.uint8).flatten().tolist()
    assert list(pixels) == expected


def test_png_metadata(folders: Path, images: Any) -> None:
    ui.ImageSaveHelper.get_save_images_ui(images, "a", Shown)
    assert Image.open(folders / "output" / "a_00001_.png").text == TEXTS


@pytest.mark.parametrize("node", [None, SimpleNamespace(hidden=None), SimpleNamespace()])
def test_no_metadata_without_hidden_values(folders: Path, images: Any, node: Any) -> None:
    ui.ImageSaveHelper.get_save_images_ui(images, "a", node)
    assert Image.open(folders / "output" / "a_00001_.png").text == {}


def test_no_metadata_when_the_host_was_told_so(
    folders: Path, images: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    args = SimpleNamespace(args=SimpleNamespace(disable_metadata=True))
    monkeypatch.setitem(sys.modules, "comfy.cli_args", args)
    ui.ImageSaveHelper.get_save_images_ui(images, "a", Shown)
    assert Image.open(folders / "output" / "a_00001_.png").text == {}


def test_an_animated_png(folders: Path, images: Any) -> None:
    shown = ui.ImageSaveHelper.get_save_animated_png_ui(images, "a", Shown, 5.0, 4).as_dict()
    assert shown == {
        "images": [{"filename": "a_00001_.png", "subfolder": "", "type": "output"}],
        "animated": (True,),
    }
    file = folders / "output" / "a_00001_.png"
    opened = Image.open(file)
    assert (opened.n_frames, opened.info["duration"]) == (3, 200)
    data = file.read_bytes()
    assert data.count(b"comf") == len(TEXTS)
    assert data.find(b"comf") > data.find(b"IDAT")
    assert b"comfprompt\0" + TEXTS["prompt"].encode() in data


def test_an_animated_webp(folders: Path, images: Any) -> None:
    ui.ImageSaveHelper.get_save_animated_webp_ui(images, "a", Shown, 5.0, True, 80, 4)
    opened = Image.open(folders / "output" / "a_00001_.webp")
    exif = dict(opened.getexif())
    assert opened.n_frames == 3
    assert exif == {
        0x0110: "prompt:" + TEXTS["prompt"],
        0x010F: "workflow:" + TEXTS["workflow"],
        0x010E: "z:" + TEXTS["z"],
    }


def test_one_frame_is_not_animated(folders: Path, images: Any) -> None:
    helper = ui.ImageSaveHelper
    png = helper.get_save_animated_png_ui(images[:1], "a", None, 5.0, 4)
    webp = helper.get_save_animated_webp_ui(images[:1], "a", None, 5.0, True, 80, 4)
    assert "animated" not in png.as_dict()
    assert "animated" not in webp.as_dict()


@pytest.mark.parametrize(
    ("level", "prefix"), [("comfy-0.3.64", "ComfyUI_temp_"), ("studio-0.3.71", "Studio_temp_")]
)
def test_previews_go_to_the_temp_folder(
    at: Any, folders: Path, images: Any, level: str, prefix: str
) -> None:
    at(level)
    shown = ui.PreviewImage(images, animated=True, cls=Shown).as_dict()
    assert (len(shown["images"]), shown["animated"]) == (3, (True,))
    name = shown["images"][0]["filename"]
    assert re.fullmatch(rf"{prefix}[a-z]{{5}}_00001_\.png", name)
    assert Image.open(folders / "temp" / name).text == TEXTS


def test_a_mask_is_shown_in_grey(folders: Path) -> None:
    mask = torch.linspace(0, 1, 24).reshape(1, 4, 6)
    [result] = ui.PreviewMask(mask).as_dict()["images"]
    opened = Image.open(folders / "temp" / result["filename"])
    assert (opened.mode, opened.size) == ("RGB", (6, 4))
    assert opened.getpixel((5, 3)) == (255, 255, 255)


# --- audio --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rate", "written"),
    [(8000, 8000), (11025, 12000), (22050, 24000), (44100, 48000), (96000, 48000)],
)
def test_opus_rates(rate: int, written: int) -> None:
    assert audio_files.opus_rate(rate) == written


def tone(rate: int = 22050, channels: int = 1, batch: int = 1) -> dict[str, Any]:
    wave = torch.sin(torch.arange(rate // 10) / 20.0) * 0.5
    return {"waveform": wave.expand(batch, channels, -1), "sample_rate": rate}


def read(file: Path) -> Any:
    av = pytest.importorskip("av")
    with av.open(str(file)) as container:
        stream = container.streams.audio[0]
        samples = sum(frame.samples for frame in container.decode(stream))
        name = stream.codec_context.name
        return name, stream.rate, stream.layout.name, samples, dict(container.metadata)


@pytest.mark.parametrize(
    ("level", "name", "layout"),
    [("comfy-0.3.64", "a_00001_.flac", "stereo"), ("comfy-latest", "a_00001.flac", "mono")],
)
def test_flac(at: Any, folders: Path, level: str, name: str, layout: str) -> None:
    pytest.importorskip("av")
    at(level)
    shown = ui.AudioSaveHelper.get_save_audio_ui(tone(), "a", Shown).as_dict()
    assert shown["audio"] == [{"filename": name, "subfolder": "", "type": "output"}]
    codec, rate, written_layout, samples, metadata = read(folders / "output" / name)
    assert (codec, rate, written_layout, samples) == ("flac", 22050, layout, 2205)
    assert {key: metadata[key] for key in TEXTS} == TEXTS


@pytest.mark.parametrize(
    ("format", "quality", "codec"),
    [("mp3", "V0", "mp3"), ("mp3", "128k", "mp3"), ("opus", "64k", "opus")],
)
def test_compressed_audio(folders: Path, format: str, quality: str, codec: str) -> None:
    pytest.importorskip("av")
    audio = tone(channels=2, batch=2)
    made = ui.AudioSaveHelper.save_audio(audio, "a", FolderType.output, None, format, quality)
    assert [result.filename for result in made] == [f"a_00001_.{format}", f"a_00002_.{format}"]
    assert read(folders / "output" / made[1].filename)[0].startswith(codec)


def test_an_unknown_format_is_refused_at_latest_only(at: Any, folders: Path) -> None:
    pytest.importorskip("av")
    at("studio-0.3.71")
    [result] = ui.AudioSaveHelper.save_audio(tone(), "a", FolderType.output, None, "wav")
    assert read(folders / "output" / result.filename)[0] == "flac"
    at("comfy-latest")
    with pytest.raises(ValueError, match="'wav' is unknown"):
        ui.AudioSaveHelper.save_audio(tone(), "a", FolderType.output, None, "wav")


def test_a_preview_of_audio(folders: Path) -> None:
    pytest.importorskip("av")
    [result] = ui.PreviewAudio(tone()).as_dict()["audio"]
    assert re.fullmatch(r"Studio_temp_[a-z]{5}_00001_\.flac", result["filename"])
    assert result["type"] == "temp"
