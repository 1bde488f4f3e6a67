"""An AUDIO is a dict with a waveform and its sample rate."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._values import Summary, complaints, is_none, is_tensor, part, sizes
from studio_conformance.subject import Node


@check(
    "EXEC-009",
    "audio-form",
    title="Every AUDIO is a dict with a waveform [batch, channels, samples] and a sample_rate.",
    why="Players, savers and every other audio node look for these keys and this shape.",
    fix=(
        "Give {'waveform': tensor, 'sample_rate': rate}: waveform.unsqueeze(0) for a batch; "
        "the rate is a whole number."
    ),
    level="error",
)
def audio_form(node: Node) -> Iterator[Violation]:
    yield from complaints(node, _complain, "AUDIO")


def _complain(value: Summary) -> str | None:
    if is_none(value):
        return None
    if value["kind"] != "dict":
        return f"is a {value['type']}, not a dict"
    waveform, rate = part(value, "waveform"), part(value, "sample_rate")
    if waveform is None or rate is None:
        missing = "waveform" if waveform is None else "sample_rate"
        return f"has nothing under {missing!r}"
    if not is_tensor(waveform):
        return f"has a {waveform['type']} under 'waveform', not a tensor"
    if len(waveform["shape"]) != 3:
        return f"has a waveform of shape {sizes(waveform)}, not [batch, channels, samples]"
    whole = rate["type"] in ("int", "numpy.int64", "numpy.int32")
    return None if whole else f"has a sample_rate that is a {rate['type']} ({rate['text']})"
