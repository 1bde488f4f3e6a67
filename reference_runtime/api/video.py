"""Videos that nodes hand to each other: containers, codecs, components, files.

Source: names, constructors and results of the host's video types. Reading and writing goes through
PyAV, imported when a video is touched.
"""

from __future__ import annotations

import io
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypedDict

from reference_runtime.levels import ACTIVE

if TYPE_CHECKING:
    import torch


class AudioInput(TypedDict):
    """``waveform`` [B, C, T] float, ``sample_rate`` in Hz."""

    waveform: torch.Tensor
    sample_rate: int


class _LatentRequired(TypedDict):
    samples: torch.Tensor


class LatentInput(_LatentRequired, total=False):
    """``samples`` [B, C, H, W]; ``noise_mask`` [B, H, W]; ``batch_index`` one int per sample."""

    noise_mask: torch.Tensor | None
    batch_index: list[int] | None


class VideoCodec(str, Enum):
    AUTO = "auto"
    H264 = "h264"

    @classmethod
    def as_input(cls) -> list[str]:
        """The values, for a combo."""
        return [member.value for member in cls]


class VideoContainer(str, Enum):
    AUTO = "auto"
    MP4 = "mp4"

    @classmethod
    def as_input(cls) -> list[str]:
        """The values, for a combo."""
        return [member.value for member in cls]

    @classmethod
    def get_extension(cls, value: Any) -> str:
        """The file extension without the dot; "" for what is neither mp4 nor auto."""
        value = cls(value) if isinstance(value, str) else value
        return "mp4" if value in (cls.MP4, cls.AUTO) else ""


@dataclass
class VideoComponents:
    """``images`` [B, H, W, 3] float 0..1, ``frame_rate`` in 1/s."""

    images: torch.Tensor
    frame_rate: Fraction
    audio: AudioInput | None = None
    metadata: dict[str, Any] | None = None


class VideoInput(ABC):
    """A video that a node gets or gives."""

    @abstractmethod
    def get_components(self) -> VideoComponents:
        """The frames, their rate, and the audio if any."""

    @abstractmethod
    def save_to(
        self,
        path: Any,
        format: VideoContainer = VideoContainer.AUTO,
        codec: VideoCodec = VideoCodec.AUTO,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Write the video to a path or a byte stream."""

    def get_stream_source(self) -> str | io.BytesIO:
        """A path or a byte stream that holds the video."""
        buffer = io.BytesIO()
        self.save_to(buffer)
        buffer.seek(0)
        return buffer

    def get_dimensions(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        images = self.get_components().images
        return int(images.shape[2]), int(images.shape[1])

    def get_duration(self) -> float:
        """Seconds."""
        components = self.get_components()
        return float(components.images.shape[0] / components.frame_rate)

    def get_container_format(self) -> str:
        """The container's name as PyAV says it, e.g. "mov,mp4,m4a,3gp,3g2,mj2"."""
        import av

        with av.open(_rewound(self.get_stream_source()), mode="r") as container:
            return str(container.format.name)


def _rewound(source: str | io.BytesIO) -> str | io.BytesIO:
    if not isinstance(source, str):
        source.seek(0)
    return source


class VideoFromFile(VideoInput):
    """A video in a file or a byte stream."""

    def __init__(self, file: str | io.BytesIO) -> None:
        self._file = file

    def get_stream_source(self) -> str | io.BytesIO:
        """The path, or the stream at its beginning."""
        return _rewound(self._file)

    def get_dimensions(self) -> tuple[int, int]:
        """(width, height) in pixels. ValueError when there is no video stream."""
        import av

        with av.open(self.get_stream_source(), mode="r") as container:
            stream = _video_stream(container, self._file)
            return int(stream.width), int(stream.height)

    def get_duration(self) -> float:
        """Seconds, from the container or by counting frames. ValueError when neither tells."""
        import av

        with av.open(self.get_stream_source(), mode="r") as container:
            if container.duration is not None:
                return float(container.duration / av.time_base)
            stream = _video_stream(container, self._file)
            frames = stream.frames or sum(1 for _ in container.decode(stream))
            if frames and stream.average_rate:
                return float(frames / stream.average_rate)
        raise ValueError(f"can't tell the duration of {self._file!r}")

    def get_components(self) -> VideoComponents:
        """Decode the whole file into memory."""
        import av

        with av.open(self.get_stream_source(), mode="r") as container:
            stream = _video_stream(container, self._file)
            rate = Fraction(stream.average_rate) if stream.average_rate else Fraction(1)
            images = _decode_frames(container)
            metadata = dict(container.metadata) or None
        with av.open(self.get_stream_source(), mode="r") as container:
            audio = _decode_audio(container)
        return VideoComponents(images, rate, audio, metadata)

    def save_to(
        self,
        path: Any,
        format: VideoContainer = VideoContainer.AUTO,
        codec: VideoCodec = VideoCodec.AUTO,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Write the video anew as MP4/H264, with ``metadata`` in the container."""
        components = self.get_components()
        components.metadata = {**(components.metadata or {}), **(metadata or {})} or None
        VideoFromComponents(components).save_to(path, format, codec, components.metadata)


class VideoFromComponents(VideoInput):
    """A video in memory."""

    def __init__(self, components: VideoComponents) -> None:
        self._components = components

    def get_components(self) -> VideoComponents:
        """The components, shared."""
        return self._components

    def save_to(
        self,
        path: Any,
        format: VideoContainer = VideoContainer.AUTO,
        codec: VideoCodec = VideoCodec.AUTO,
        metadata: dict[str, Any] | None = None,
    ) -> None:
        """Write MP4/H264.

        ValueError for another container or codec, and in faithful mode for a stream without a
        container.
        """
        if format not in (VideoContainer.AUTO, VideoContainer.MP4):
            raise ValueError(f"can only write mp4, not {format}")
        if codec not in (VideoCodec.AUTO, VideoCodec.H264):
            raise ValueError(f"can only write h264, not {codec}")
        guessed = format is VideoContainer.AUTO and not isinstance(path, str)
        if guessed and ACTIVE.mode == "faithful":
            # The host leaves the choice to PyAV, which can't guess a stream's container.
            raise ValueError("Could not determine output format: give format=VideoContainer.MP4")
        _write_mp4(path, self._components, metadata)


class VideoFromList(VideoFromComponents):
    """A video of image batches, one after the other (latest)."""

    def __init__(self, images: list[torch.Tensor], frame_rate: Fraction = Fraction(24)) -> None:
        import torch

        super().__init__(VideoComponents(torch.cat(images), frame_rate))


# --- PyAV ---------------------------------------------------------------------------------------


def _video_stream(container: Any, source: Any) -> Any:
    for stream in container.streams:
        if stream.type == "video":
            return stream
    raise ValueError(f"no video stream in {source!r}")


def _decode_frames(container: Any) -> torch.Tensor:
    """All frames as [B, H, W, 3] float 0..1."""
    import torch

    frames = [
        torch.from_numpy(frame.to_ndarray(format="rgb24")).float() / 255.0
        for frame in container.decode(video=0)
    ]
    return torch.stack(frames) if frames else torch.zeros(0, 3, 0, 0)


def _decode_audio(container: Any) -> AudioInput | None:
    import numpy as np
    import torch

    streams = [stream for stream in container.streams if stream.type == "audio"]
    if not streams:
        return None
    from av.audio.resampler import AudioResampler

    resampler = AudioResampler(format="fltp")
    parts = [
        part.to_ndarray()
        for frame in container.decode(streams[0])
        for part in resampler.resample(frame)
    ]
    if not parts:
        return None
    waveform = torch.from_numpy(np.concatenate(parts, axis=1)).unsqueeze(0)
    return {"waveform": waveform, "sample_rate": int(streams[0].sample_rate)}


def _write_mp4(path: Any, components: VideoComponents, metadata: dict[str, Any] | None) -> None:
    import json

    import av

    options = {"movflags": "use_metadata_tags"}
    with av.open(path, mode="w", format="mp4", options=options) as output:
        for key, value in (metadata or {}).items():
            output.metadata[key] = value if isinstance(value, str) else json.dumps(value)
        rate = Fraction(round(components.frame_rate * 1000), 1000)
        stream: Any = output.add_stream("h264", rate=rate)
        stream.width = components.images.shape[2]
        stream.height = components.images.shape[1]
        stream.pix_fmt = "yuv420p"
        audio: Any = None
        if components.audio:
            audio = output.add_stream("aac", rate=components.audio["sample_rate"])
        _mux_frames(output, stream, components.images)
        if components.audio:
            seconds = len(components.images) / components.frame_rate
            _mux_audio(output, audio, components.audio, seconds)


def _mux_frames(output: Any, stream: Any, images: torch.Tensor) -> None:
    import av

    for image in images:
        pixels = (image.clamp(0, 1) * 255).byte().cpu().numpy()
        frame = av.VideoFrame.from_ndarray(pixels, format="rgb24")
        output.mux(stream.encode(frame.reformat(format="yuv420p")))
    output.mux(stream.encode(None))


def _mux_audio(output: Any, stream: Any, audio: AudioInput, seconds: Fraction) -> None:
    """Write the first item's audio, cut to the video's ``seconds``."""
    import av

    samples_kept = math.ceil(audio["sample_rate"] * seconds)
    waveform = audio["waveform"][0, :, :samples_kept].float().cpu()
    layout = "mono" if waveform.shape[0] == 1 else "stereo"
    samples = waveform[:2].movedim(0, 1).reshape(1, -1).contiguous().numpy()
    frame = av.AudioFrame.from_ndarray(samples, format="flt", layout=layout)
    frame.sample_rate = audio["sample_rate"]
    frame.pts = 0
    output.mux(stream.encode(frame))
    output.mux(stream.encode(None))
