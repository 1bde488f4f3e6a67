"""What a worker prints: the beginning and the end are kept, all of it is counted."""

from __future__ import annotations

KEPT = 64 * 1024
"""Bytes kept from the beginning, and again from the end."""


class Output:
    """Collects a byte stream in bounded memory."""

    def __init__(self, kept: int = KEPT) -> None:
        self._kept = kept
        self._head = b""
        self._tail = b""
        self.size = 0

    def feed(self, data: bytes) -> None:
        self.size += len(data)
        room = self._kept - len(self._head)
        if room > 0:
            self._head += data[:room]
            data = data[room:]
        if data:
            self._tail = (self._tail + data)[-self._kept :]

    def text(self) -> str:
        """Beginning and end, with a note of how much was left out between them."""
        left_out = self.size - len(self._head) - len(self._tail)
        middle = f"\n[... {left_out} bytes left out ...]\n".encode() if left_out else b""
        return (self._head + middle + self._tail).decode("utf-8", "replace")

    def last_lines(self, count: int = 20, limit: int = 2000) -> str:
        """The last ``count`` lines, at most ``limit`` characters."""
        end = (self._head + self._tail)[-4 * limit :].decode("utf-8", "replace")
        return "\n".join(end.strip().splitlines()[-count:])[-limit:]
