"""One side's face of the shared memory between a host and a worker.

A block of a message is one of

- ``["mine", offset, size]``: in the memory that the sender writes; the sender holds one reference
  for the reader, who gives it back when its last view has died;
- ``["yours", offset, size]``: in the memory that the reader itself writes: bytes that came from it
  and go back without being copied;
- ``["inline", text]``: the bytes themselves as base64, where there is no shared memory.

Every block is checked against what is in use before anything is touched.
"""

from __future__ import annotations

import base64
import ctypes
import itertools
import os
import weakref
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_runtime.isolation.arena import Arena, UnknownBlock
from reference_runtime.isolation.memory import (
    Access,
    Mapping,
    NoSharedMemory,
    create,
    seal,
)
from reference_runtime.isolation.values import BadValue

Block = list[Any]
ALIGNMENT = 64
RELEASE_SOON = 1 << 20
"""Bytes of dead views after which the writer is told without waiting for the next message."""


@dataclass(frozen=True)
class Shared:
    """Descriptors of the two memories, by who writes; each has ``size`` bytes."""

    host: int
    worker: int
    size: int

    def close(self) -> None:
        os.close(self.host)
        os.close(self.worker)


class _Lease(weakref.ref[memoryview]):
    """Tells when a view has died; a fifth of the cost of ``weakref.finalize``."""

    __slots__ = ("number", "offset", "size")
    number: int
    offset: int
    size: int


class Exchange:
    """Writes to ``mine``, reads ``theirs``; both None where there is no shared memory.

    ``on_dead``: called, in any thread, when enough views died that ``take_dead`` should be sent.
    """

    def __init__(self, mine: Mapping | None, theirs: Mapping | None) -> None:
        self.arena = Arena(mine) if mine is not None else None
        self._theirs = theirs
        self._private = theirs is not None and theirs.access == "private"
        self._numbers = itertools.count()
        self._views: dict[int, _Lease] = {}
        """Of all views that live, so that the leases do."""
        self._leases: Counter[int] = Counter()
        """How many views there are of each of their blocks, where those are private copies."""
        self._dead: deque[_Lease] = deque()
        self._dead_own: deque[int] = deque()
        self._dead_bytes = 0
        self._counted: deque[int] = deque()
        """Offsets of blocks whose views have died, which the writer may be told now."""
        self.on_dead: Callable[[], None] | None = None

    # --- writing --------------------------------------------------------------------------------

    def write(self, address: int, size: int, *, fresh: bool = False) -> Block:
        """A block with these bytes of this process. Raises ArenaFull.

        Bytes that lie in shared memory are not copied, unless a ``fresh`` block is wanted.
        """
        self.collect_own()
        if self.arena is None:
            return ["inline", base64.b64encode(ctypes.string_at(address, size)).decode("ascii")]
        found = None if fresh else self._already_shared(address, size)
        if found is not None:
            return found
        odd = address % ALIGNMENT  # kept, so that no element loses its alignment
        offset = self.arena.allocate(size + odd) + odd
        self.arena.mapping.write(offset, address, size)
        return ["mine", offset, size]

    def _already_shared(self, address: int, size: int) -> Block | None:
        theirs = self._theirs
        # Private copies may have been written to, so they are no longer what the writer has.
        if theirs is not None and theirs.access == "read" and theirs.holds(address, size):
            return ["yours", address - theirs.address, size]
        assert self.arena is not None
        mine = self.arena.mapping
        if mine.holds(address, size):
            offset = address - mine.address
            self.arena.retain(self.arena.block_at(offset, size))
            return ["mine", offset, size]
        return None

    def copy(self, block: Any, source: Exchange) -> Block:
        """The bytes of a block that ``source`` was sent, in a block of this side.

        Raises ArenaFull and BadValue.
        """
        view, start = source.read(block)
        bytes_ = (ctypes.c_ubyte * (len(view) - start)).from_buffer(view, start)
        return self.write(ctypes.addressof(bytes_), len(bytes_))

    def cancel(self, blocks: list[Block]) -> None:
        """Give back the references of a message that was not sent."""
        for block in blocks:
            if block[0] == "mine" and self.arena is not None:
                self.arena.release(self.arena.block_at(block[1], block[2]))

    # --- reading --------------------------------------------------------------------------------

    def read(self, block: Any) -> tuple[memoryview, int]:
        """A view and where in it the bytes begin: the view itself begins at an aligned address.

        Shared memory is held until the view and all that is made of it have died. Raises BadValue.
        """
        try:
            kind, *rest = block
            if kind == "inline":
                (text,) = rest
                return memoryview(bytearray(base64.b64decode(text, validate=True))), 0
            offset, size = rest
            return self._lease(kind, offset, size)
        except (ValueError, TypeError, UnknownBlock) as error:
            raise BadValue(f"a block makes no sense ({error}): {str(block)[:80]}") from None

    def _lease(self, kind: Any, offset: Any, size: Any) -> tuple[memoryview, int]:
        if type(offset) is not int or type(size) is not int or size < 0:
            raise ValueError("offset and size are whole numbers")
        odd = offset % ALIGNMENT  # blocks begin at pages, so this stays within the block
        if kind == "mine" and self._theirs is not None:
            view = self._theirs.view(offset - odd, size + odd)
            if self._private:
                self.count_dead()  # or this view would show what was written into a dead one
                self._leases[offset - odd] += 1
            self._watch(view, self._died, offset - odd, size + odd)
            return view, odd
        if kind == "yours" and self.arena is not None:
            start = self.arena.block_at(offset, size)
            view = self.arena.mapping.view(offset - odd, size + odd)
            self.arena.retain(start)
            self._watch(view, self._died_own, start, 0)
            return view, odd
        raise ValueError(f"no shared memory of kind {str(kind)[:20]!r}")

    def _watch(self, view: memoryview, died: Callable[[Any], None], offset: int, size: int) -> None:
        lease = _Lease(view, died)
        lease.number, lease.offset, lease.size = next(self._numbers), offset, size
        self._views[lease.number] = lease

    def _died(self, lease: _Lease) -> None:
        """Called in any thread, perhaps in the middle of a call: so it does little."""
        del self._views[lease.number]
        self._dead.append(lease)
        self._dead_bytes += lease.size
        if self._dead_bytes >= RELEASE_SOON and self.on_dead is not None:
            self._dead_bytes = 0
            self.on_dead()

    def _died_own(self, lease: _Lease) -> None:
        del self._views[lease.number]
        self._dead_own.append(lease.offset)

    def count_dead(self) -> None:
        """Drop the private copies of blocks whose last view has died; in the thread that reads."""
        while self._dead:
            lease = self._dead.popleft()
            if self._private:
                self._drop_copy(lease.offset, lease.size)
            self._counted.append(lease.offset)

    def _drop_copy(self, offset: int, size: int) -> None:
        self._leases[offset] -= 1
        if not self._leases[offset]:
            del self._leases[offset]
            assert self._theirs is not None
            self._theirs.forget(offset, size)

    def take_dead(self) -> list[int]:
        """Offsets of blocks whose views have died; tell the writer to ``release`` them."""
        self.count_dead()
        self._dead_bytes = 0
        return self.take_counted()

    def take_counted(self) -> list[int]:
        """Those of ``take_dead`` that were counted already."""
        dead = []
        while self._counted:
            dead.append(self._counted.popleft())
        return dead

    def release(self, offsets: Any) -> None:
        """The reader's views of these blocks have died. Raises BadValue."""
        self.collect_own()
        try:
            for offset in offsets:
                if self.arena is not None:
                    self.arena.release(self.arena.block_at(offset, 0))
        except (TypeError, UnknownBlock) as error:
            raise BadValue(f"a release makes no sense: {error}") from None

    def collect_own(self) -> None:
        """Free what our own views held. Views die in any thread, the arena belongs to one."""
        while self._dead_own and self.arena is not None:
            self.arena.release(self._dead_own.popleft())


def share(size: int) -> Shared:
    """Two memories, of which a worker inherits the descriptors. Raises NoSharedMemory."""
    host = create(size)
    try:
        return Shared(host, create(size), size)
    except NoSharedMemory:
        os.close(host)
        raise


def host_side(shared: Shared | None) -> Exchange:
    """The host's face. Call it before the worker runs: it seals both memories."""
    if shared is None:
        return Exchange(None, None)
    mine = Mapping(shared.host, shared.size, "write")
    seal(shared.host, read_only=True)
    seal(shared.worker, read_only=False)
    return Exchange(mine, Mapping(shared.worker, shared.size, "read"))


def worker_side(host: int, worker: int, size: int, access: Access) -> Exchange:
    """The worker's face, from the descriptors it inherited, which are closed.

    ``access`` to what the host writes: "private" lets a node change its inputs for itself, with
    "read" the kernel ends a worker whose node does.
    """
    theirs = Mapping(host, size, access)
    mine = Mapping(worker, size, "write")
    os.close(host)
    os.close(worker)
    return Exchange(mine, theirs)


def default_size() -> int:
    """Bytes for each direction: half of the memory of the machine."""
    try:
        pages = os.sysconf("SC_PHYS_PAGES")
        return max(pages // 2, 1 << 14) * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 4 << 30
