"""Audio files through PyAV.

Source of the rules: rates and bit rates of the v3 API's audio helper.
"""

from __future__ import annotations

from typing import Any

from reference_runtime.levels import ACTIVE

OPUS_RATES = (8000, 12000, 16000, 24000, 48000)
_OPUS_BITS = {"64k": 64_000, "96k": 96_000, "128k": 128_000, "192k": 192_000, "320k": 320_000}
_MP3_BITS = {"128k": 128_000, "320k": 320_000}
_CODECS = {"flac": "flac", "mp3": "libmp3lame", "opus": "libopus"}


def opus_rate(sample_rate: int) -> int:
    """The rate to write: the next of opus' rates, the highest for anything above."""
    if sample_rate in OPUS_RATES:
        return sample_rate
    return next((rate for rate in OPUS_RATES if rate > sample_rate), OPUS_RATES[-1])


def write(
    path: str,
    waveform: Any,
    sample_rate: int,
    format: str,
    quality: str,
    metadata: dict[str, str],
) -> None:
    """Write ``waveform`` [C, T] to ``path``.

    At latest a format other than flac, mp3 and opus is a ValueError; before, it is FLAC data in
    that container, and mono audio is written as stereo.
    """
    latest = ACTIVE.level.rank >= 2
    if latest and format not in _CODECS:
        raise ValueError(f"audio format {format!r} is unknown; known: {', '.join(_CODECS)}")
    import av

    if format == "opus":
        waveform, sample_rate = _resampled(waveform, sample_rate, opus_rate(sample_rate))
    layout = "mono" if waveform.shape[0] == 1 else "stereo"
    with av.open(path, mode="w", format=format) as output:
        for key, value in metadata.items():
            output.metadata[key] = value
        codec = _CODECS.get(format, "flac")
        written = layout if latest else "stereo"
        stream: Any = output.add_stream(codec, rate=sample_rate, layout=written)
        _set_quality(stream, format, quality)
        _encode(output, stream, waveform, sample_rate, layout)


def _set_quality(stream: Any, format: str, quality: str) -> None:
    if format == "opus" and quality in _OPUS_BITS:
        stream.bit_rate = _OPUS_BITS[quality]
    elif format == "mp3" and quality in _MP3_BITS:
        stream.bit_rate = _MP3_BITS[quality]
    elif format == "mp3" and quality == "V0":
        stream.codec_context.qscale = 1


def _encode(output: Any, stream: Any, waveform: Any, sample_rate: int, layout: str) -> None:
    import av

    samples = waveform.float().movedim(0, 1).reshape(1, -1).contiguous().numpy()
    frame = av.AudioFrame.from_ndarray(samples, format="flt", layout=layout)
    frame.sample_rate = sample_rate
    frame.pts = 0
    output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _resampled(waveform: Any, old: int, new: int) -> tuple[Any, int]:
    """``waveform`` [C, T] at the rate ``new``, by linear interpolation."""
    if old == new:
        return waveform, new
    from torch.nn.functional import interpolate

    length = max(1, round(waveform.shape[-1] * new / old))
    return interpolate(waveform[None].float(), size=length, mode="linear")[0], new
