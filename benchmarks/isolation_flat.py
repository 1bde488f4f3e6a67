"""Whether anything grows: ``python benchmarks/isolation_flat.py [--calls N] [--restarts N]``.

Tensors of 1 MB go through a worker and back, then its worker is killed and replaced, again and
again. Prints what is held after a tenth of each and in the end; status 1 when something grew: bytes
of shared memory in use, descriptors of the host, its resident memory, entries of /dev/shm.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import gc
import os
import signal
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reference_runtime.isolation.death import WorkerDied  # noqa: E402
from reference_runtime.isolation.forking import end_nurseries  # noqa: E402
from reference_runtime.isolation.remote_pack import PackOrder, RemotePack  # noqa: E402
from reference_runtime.levels import configure  # noqa: E402

LEVEL = "studio-0.3.71"
BYTES = 1_000_000
RSS_SLACK = 8 << 20
"""Bytes that resident memory may differ by: what the allocator keeps."""


@dataclass(frozen=True)
class Held:
    """What the host and the worker hold at one moment."""

    arena: int
    """Bytes of shared memory in use by the host."""
    blocks: int
    """Blocks in use by the worker."""
    descriptors: int
    rss: int
    shm: int

    def grew_since(self, before: Held) -> list[str]:
        """The names of what grew."""
        grown = [name for name in ("arena", "blocks", "descriptors", "shm")
                 if getattr(self, name) > getattr(before, name)]  # fmt: skip
        return grown + ["rss"] * (self.rss > before.rss + RSS_SLACK)


async def held(pack: RemotePack) -> Held:
    """Asked twice, so that both sides have told what died.

    Memory that was freed, but is kept by the allocator for later, is given back first.
    """
    gc.collect()
    with contextlib.suppress(AttributeError):  # only glibc has it
        ctypes.CDLL(None).malloc_trim(0)
    for _ in range(2):
        await pack.echo(1)
        await asyncio.sleep(0.05)
    counts = await pack.ask("pack/counts", {})
    arena = pack._exchange.arena
    with open("/proc/self/statm", encoding="ascii") as statm:
        pages = int(statm.read().split()[1])
    return Held(
        arena.in_use if arena is not None else 0,
        counts["blocks"],
        len(os.listdir("/proc/self/fd")),
        pages * os.sysconf("SC_PAGE_SIZE"),
        len(os.listdir("/dev/shm")),
    )


async def calls(pack: RemotePack, count: int) -> None:
    """Send new tensors, of which new ones come back."""
    import torch

    for number in range(count):
        back = await pack.echo({"x": torch.full((BYTES // 4,), float(number))}, fresh=True)
        assert back["x"][-1] == number


async def restarts(pack: RemotePack, count: int) -> None:
    """Kill the worker while it holds a tensor, and call the next one."""
    import torch

    for _ in range(count):
        worker = await pack.alive()
        kept = await pack.echo(torch.ones(BYTES // 4), fresh=True)
        os.kill(worker.pid, signal.SIGKILL)
        with contextlib.suppress(WorkerDied):
            while True:
                await pack.echo(kept)
        pack._deaths.clear()  # a pack whose workers keep ending is given up, but not here


async def watch(pack: RemotePack, call_count: int, restart_count: int) -> list[tuple[str, Held]]:
    """What is held after a tenth of the calls, all calls, a tenth of the restarts, all of them."""
    seen = []
    for do, count in ((calls, call_count), (restarts, restart_count)):
        first = max(count // 10, 3)
        for part, done in ((first, first), (count - first, count)):
            began = time.monotonic()
            await do(pack, part)
            seconds = time.monotonic() - began
            seen.append((f"{done} {do.__name__} ({seconds:.1f} s)", await held(pack)))
    return seen


def grown(seen: list[tuple[str, Held]]) -> list[str]:
    """What grew between the first tenth and the end, of calls and of restarts."""
    pairs = (seen[0], seen[1]), (seen[2], seen[3])
    return [f"{after[0]}: {name}" for before, after in pairs
            for name in after[1].grew_since(before[1])]  # fmt: skip


async def run(call_count: int, restart_count: int) -> list[tuple[str, Held]]:
    """Both, with a pack without nodes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pack"
        path.mkdir()
        (path / "__init__.py").write_text("import torch\nNODE_CLASS_MAPPINGS = {}\n")
        pack = RemotePack(PackOrder(path, LEVEL))
        try:
            return await watch(pack, call_count, restart_count)
        finally:
            pack.close()


def main() -> int:
    """Run it and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--restarts", type=int, default=200)
    options = parser.parse_args()
    configure(LEVEL, "faithful")
    seen = asyncio.run(run(options.calls, options.restarts))
    end_nurseries()
    for what, state in seen:
        print(f"after {what}: {state}")
    for text in grown(seen):
        print(f"grew: {text}")
    return int(bool(grown(seen)))


if __name__ == "__main__":
    sys.exit(main())
