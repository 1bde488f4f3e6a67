"""Blocks of shared memory: allocated by who writes, leased by who reads, counted on both sides.

Each direction has its own memory with one writer. A block is freed when the writer has no use for
it and the reader has told that its last view died; nothing depends on time. Freed blocks are used
again first, because their pages are warm: the first touch of a page costs more than copying into
it.
"""

from __future__ import annotations

import bisect
from collections import deque
from dataclasses import dataclass, field

from reference_runtime.isolation.memory import Mapping

ALIGNMENT = 4096
KEPT_FREE = 1 << 30
"""Bytes of freed blocks whose pages are kept warm; beyond, pages go back to the system."""


class ArenaFull(Exception):
    """The bound of the shared memory is reached."""


class UnknownBlock(Exception):
    """No block is in use there."""


def class_size(size: int) -> int:
    """The size of the block for ``size`` bytes: one of four steps per power of two, whole pages."""
    pages = max(-(-size // ALIGNMENT), 1)
    if pages <= 4:
        return pages * ALIGNMENT
    step = 1 << (pages.bit_length() - 3)
    return -(-pages // step) * step * ALIGNMENT


@dataclass
class _Block:
    size: int
    """Of the class."""
    used: int
    """What was asked for."""
    count: int = 1


@dataclass
class Arena:
    """The writer's side of one memory."""

    mapping: Mapping
    blocks: dict[int, _Block] = field(default_factory=dict)
    """In use, by offset."""
    in_use: int = 0
    """Bytes of the blocks in use."""
    _offsets: list[int] = field(default_factory=list)
    """Of the blocks in use, sorted."""
    _free: dict[int, deque[int]] = field(default_factory=dict)
    """Offsets of freed blocks by size; the last one freed is the warmest."""
    _warm: int = 0
    """Bytes of freed blocks that may still have pages."""
    _cold: set[int] = field(default_factory=set)
    _end: int = 0
    """Nothing was ever allocated from here on."""

    def allocate(self, size: int) -> int:
        """The offset of a new block, with one reference. Raises ArenaFull."""
        kind = class_size(size)
        offset = self._reused(kind)
        if offset is None:
            offset = self._fresh(kind)
        if offset is None:
            offset = self._merged(kind)
        self.blocks[offset] = _Block(kind, size)
        bisect.insort(self._offsets, offset)
        self.in_use += kind
        return offset

    def retain(self, offset: int) -> None:
        """One reference more. Raises UnknownBlock."""
        self._at(offset).count += 1

    def release(self, offset: int) -> None:
        """One reference less; the last one frees the block. Raises UnknownBlock."""
        block = self._at(offset)
        block.count -= 1
        if block.count == 0:
            self._give_back(offset, block)

    def block_at(self, offset: int, size: int) -> int:
        """Where the block in use begins that holds these bytes. Raises UnknownBlock."""
        place = bisect.bisect_right(self._offsets, offset) - 1
        if place >= 0 and size >= 0:
            start = self._offsets[place]
            if offset + size <= start + self.blocks[start].used:
                return start
        raise UnknownBlock(f"no block in use holds {size} bytes at {offset}")

    def _at(self, offset: int) -> _Block:
        if offset not in self.blocks:
            raise UnknownBlock(f"no block in use begins at {offset}")
        return self.blocks[offset]

    def _give_back(self, offset: int, block: _Block) -> None:
        del self.blocks[offset]
        del self._offsets[bisect.bisect_left(self._offsets, offset)]
        self.in_use -= block.size
        self._free.setdefault(block.size, deque()).append(offset)
        self._warm += block.size
        if self._warm > KEPT_FREE:
            self._cool()

    def _cool(self) -> None:
        """Give pages of freed blocks back to the system, largest blocks and oldest first."""
        for size in sorted(self._free, reverse=True):
            for offset in self._free[size]:
                if self._warm <= KEPT_FREE // 2:
                    return
                if offset not in self._cold:
                    self.mapping.forget(offset, size)
                    self._cold.add(offset)
                    self._warm -= size

    def _reused(self, size: int) -> int | None:
        free = self._free.get(size)
        if not free:
            return None
        offset = free.pop()
        if offset in self._cold:
            self._cold.discard(offset)
        else:
            self._warm -= size
        return offset

    def _fresh(self, size: int) -> int | None:
        if self._end + size > self.mapping.size:
            return None
        offset, self._end = self._end, self._end + size
        return offset

    def _merged(self, size: int) -> int:
        """Join neighbouring free blocks until one is large enough; rare, so it may be slow."""
        spans = self._free_spans()
        self._free, self._cold, self._warm = {}, set(), 0
        found = None
        for start, length in spans:
            if found is None and length >= size:
                found, start, length = start, start + size, length - size
            if length:
                self._free.setdefault(length, deque()).append(start)
                self._warm += length
        if found is None:
            raise ArenaFull(
                f"no room for {size} bytes: {self.in_use} of {self.mapping.size} bytes of shared "
                f"memory are in use by {len(self.blocks)} blocks; drop values or raise the limit"
            )
        return found

    def _free_spans(self) -> list[tuple[int, int]]:
        """Start and length of what lies between blocks in use, smallest first."""
        spans, position = [], 0
        for offset in [*self._offsets, self.mapping.size]:
            if offset > position:
                spans.append((position, offset - position))
            if offset in self.blocks:
                position = offset + self.blocks[offset].size
        self._end = self.mapping.size
        return sorted(spans, key=lambda span: span[1])
