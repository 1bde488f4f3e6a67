"""Videos, 3D files and the v1 typing helpers."""

from __future__ import annotations

import io as streams
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.api import host_types, media, video


def test_containers_and_codecs() -> None:
    assert video.VideoContainer.as_input() == ["auto", "mp4"]
    assert video.VideoCodec.as_input() == ["auto", "h264"]
    get = video.VideoContainer.get_extension
    assert (get("mp4"), get("auto"), get(video.VideoContainer.MP4)) == ("mp4", "mp4", "mp4")
    with pytest.raises(ValueError, match="avi"):
        get("avi")


def test_a_video_must_say_its_components() -> None:
    with pytest.raises(TypeError, match="abstract"):
        video.VideoInput()  # type: ignore[abstract]


@pytest.fixture
def clip() -> Any:
    torch = pytest.importorskip("torch")
    pytest.importorskip("av")
    return video.VideoComponents(torch.rand(4, 16, 32, 3), Fraction(8))


def test_a_video_in_memory(clip: Any) -> None:
    made = video.VideoFromComponents(clip)
    assert made.get_components() is clip
    assert (made.get_dimensions(), made.get_duration()) == ((32, 16), 0.5)
    assert (clip.audio, clip.metadata) == (None, None)


def test_a_video_is_written_and_read_back(clip: Any, tmp_path: Path) -> None:
    path = str(tmp_path / "a.mp4")
    video.VideoFromComponents(clip).save_to(path, metadata={"workflow": {"n": 1}})
    made = video.VideoFromFile(path)
    assert made.get_dimensions() == (32, 16)
    assert made.get_duration() == pytest.approx(0.5)
    assert "mp4" in made.get_container_format()
    assert made.get_stream_source() == path
    components = made.get_components()
    assert tuple(components.images.shape) == (4, 16, 32, 3)
    assert components.frame_rate == 8
    assert components.audio is None
    assert components.metadata is not None
    assert components.metadata["workflow"] == '{"n": 1}'


def test_audio_is_cut_to_the_videos_length(clip: Any, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    clip.audio = {"waveform": torch.rand(1, 2, 44100) - 0.5, "sample_rate": 44100}
    path = str(tmp_path / "a.mp4")
    video.VideoFromComponents(clip).save_to(path)
    audio = video.VideoFromFile(path).get_components().audio
    assert audio is not None
    assert audio["sample_rate"] == 44100
    assert 22050 <= audio["waveform"].shape[-1] <= 22050 + 2 * 1024


def test_a_stream_needs_its_container_named(clip: Any, at: Any) -> None:
    made = video.VideoFromComponents(clip)
    with pytest.raises(ValueError, match="output format"):
        made.get_stream_source()
    buffer = streams.BytesIO()
    made.save_to(buffer, video.VideoContainer.MP4)
    assert video.VideoFromFile(buffer).get_dimensions() == (32, 16)
    at("studio-0.3.71", "strict")
    assert isinstance(made.get_stream_source(), streams.BytesIO)


def test_other_containers_and_codecs_are_refused(clip: Any, tmp_path: Path) -> None:
    made = video.VideoFromComponents(clip)
    with pytest.raises(ValueError, match="only write mp4"):
        made.save_to(str(tmp_path / "a"), format="webm")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="only write h264"):
        made.save_to(str(tmp_path / "a"), codec="vp9")  # type: ignore[arg-type]


def test_a_file_without_video_is_refused(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("av")
    from reference_runtime.api import audio_files

    path = str(tmp_path / "a.flac")
    audio_files.write(path, torch.zeros(1, 800), 8000, "flac", "128k", {})
    with pytest.raises(ValueError, match="no video stream"):
        video.VideoFromFile(path).get_dimensions()


def test_a_3d_file_on_disk_and_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "m.GLB"
    path.write_bytes(b"glb")
    disk = media.File3D(str(path))
    memory = media.File3D(streams.BytesIO(b"glb"), ".Obj")
    assert (disk.format, memory.format) == ("glb", "obj")
    assert (disk.is_disk_backed, memory.is_disk_backed) == (True, False)
    for made in (disk, memory):
        assert made.get_bytes() == made.get_data().read() == made.get_bytes() == b"glb"
        target = tmp_path / "new" / f"{made.format}.bin"
        assert made.save_to(str(target)) == str(target)
        assert target.read_bytes() == b"glb"
    assert disk.save_to(str(path)) == str(path)
    assert path.read_bytes() == b"glb"


def test_svgs_combine() -> None:
    a, b = streams.BytesIO(b"a"), streams.BytesIO(b"b")
    assert media.SVG.combine_all([media.SVG([a]), media.SVG([b])]).data == [a, b]
    assert media.SVG([a]).combine(media.SVG([b])).data == [a, b]


# --- comfy_types --------------------------------------------------------------------------------


def test_v1_io_types() -> None:
    IO = host_types.IO
    assert (str(IO.INT), f"{IO.INT}", IO("INT") is IO.INT) == ("INT", "INT", True)
    assert IO.INT == "INT"
    assert (IO.ANY != "X", IO.NUMBER != "INT", IO.INT != "STRING", IO.INT != 3) == (
        False,
        False,
        True,
        True,
    )
    assert IO.PRIMITIVE.value == "STRING,FLOAT,INT,BOOLEAN"


def test_the_v1_node_base_and_mixin() -> None:
    assert host_types.CheckLazyMixin().check_lazy_status(a=None, b=1) == ["a"]
    with pytest.raises(TypeError, match="INPUT_TYPES"):
        host_types.ComfyNodeABC()  # type: ignore[abstract]

    class Old(host_types.ComfyNodeABC):
        @classmethod
        def INPUT_TYPES(cls) -> Any:
            return {"required": {}}

    assert Old().INPUT_TYPES() == {"required": {}}
