"""Whether a token came out of a node: in texts, bytes, tensors, and how these are encoded."""

from __future__ import annotations

import base64
import sys
from collections.abc import Iterator
from typing import Any

from reference_runtime.exercise.values import is_array, is_tensor, parts

MAX_ELEMENTS = 1 << 20
"""Elements of one tensor that are looked through."""


class Token:
    """A token and the forms in which it may come out."""

    def __init__(self, text: str) -> None:
        self.text, self.bytes = text, text.encode()
        self._forms = [self.bytes, self.bytes.hex().encode(), *_in_base64(self.bytes)]

    def in_text(self, text: str) -> bool:
        return self.in_bytes(text.encode("utf-8", "replace"))

    def in_bytes(self, data: bytes) -> bool:
        return any(form in data for form in self._forms)

    def in_value(self, value: Any) -> bool:
        """Whether it is in a value of a node, or in what is inside it."""
        return any(self.in_bytes(data) for data in _bytes_of(value))


def _in_base64(data: bytes) -> Iterator[bytes]:
    """What base64 makes of the data inside other data: its middle, for each place it may begin."""
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + data)
        yield coded[4 if before else 0 : len(coded) - 4]


def _bytes_of(value: Any) -> Iterator[bytes]:
    for _, part in parts(value):
        if isinstance(part, str):
            yield part.encode("utf-8", "replace")
        elif isinstance(part, (bytes, bytearray)):
            yield bytes(part)
        elif is_tensor(part):
            yield from _numbers(part.detach().cpu().reshape(-1)[:MAX_ELEMENTS].float().numpy())
        elif is_array(part) and part.dtype.kind in "fiub":
            yield from _numbers(part.reshape(-1)[:MAX_ELEMENTS].astype("float32"))


def _numbers(flat: Any) -> Iterator[bytes]:
    """As bytes: numbers as they are, and grey values as shares of 255, of all or one channel."""
    numpy: Any = sys.modules["numpy"]
    for scaled in (flat, flat * 255.0):
        data = numpy.clip(numpy.rint(numpy.nan_to_num(scaled)), 0, 255).astype("uint8")
        yield data.tobytes()
        for channels in (3, 4):
            yield data[::channels].tobytes()


def texts_of(value: Any) -> Iterator[str]:
    """Every text in a value, and the numbers that stand alone."""
    for _, part in parts(value):
        if isinstance(part, (str, int, float)):
            yield str(part)
