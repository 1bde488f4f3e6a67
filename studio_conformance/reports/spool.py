"""What a report keeps of a log, outside of memory: a log has more nodes and findings than fit."""

from __future__ import annotations

import json
import tempfile
import weakref
from array import array
from collections.abc import Iterator
from typing import IO

from studio_conformance.events import Event

IN_MEMORY = 2**20
"""Bytes; what grows longer lies in a file without a name."""


def _scratch(owner: object) -> IO[bytes]:
    """A file that is closed, and thereby gone, as soon as ``owner`` is."""
    file = tempfile.SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - as long as its owner
    weakref.finalize(owner, file.close)
    return file


class Spool:
    """Where lists of events are put; one file, however many lists there are."""

    def __init__(self) -> None:
        self._file = _scratch(self)
        self._end = 0

    def put(self, event: Event) -> int:
        """Keep ``event``; where it lies."""
        line = json.dumps(event, separators=(",", ":")).encode("ascii") + b"\n"
        self._file.seek(self._end)
        self._file.write(line)
        place, self._end = self._end, self._end + len(line)
        return place

    def get(self, place: int) -> Event:
        self._file.seek(place)
        event: Event = json.loads(self._file.readline())
        return event


class Spooled:
    """A list of events in a spool: can be added to, counted and iterated again and again."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._places = array("Q")

    def append(self, event: Event) -> None:
        self._places.append(self._spool.put(event))

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Event]:
        return map(self._spool.get, self._places)


class Cells:
    """Rows of ``width`` bytes by number; only the one that was used last is in memory.

    Rows come in order of their numbers or nearly so. What a row holds is kept as soon as another
    one is asked for.
    """

    def __init__(self, width: int, empty: bytes) -> None:
        self._file = _scratch(self)
        self._empty = empty * width
        self._number, self._row = 0, bytearray(self._empty)
        self._rows = 0

    def __getitem__(self, number: int) -> bytearray:
        """The row; one that was never used is empty. What is changed in it counts at once."""
        if number != self._number:
            self._put(self._number, self._row)
            self._number, self._row = number, self._get(number)
        return self._row

    def _put(self, number: int, row: bytearray) -> None:
        self._file.seek(self._rows * len(row))
        for _ in range(self._rows, number):  # A gap in the file would be zeros.
            self._file.write(self._empty)
        self._file.seek(number * len(row))
        self._file.write(row)
        self._rows = max(self._rows, number + 1)

    def _get(self, number: int) -> bytearray:
        if number >= self._rows:
            return bytearray(self._empty)
        self._file.seek(number * len(self._empty))
        return bytearray(self._file.read(len(self._empty)))
