"""Calls and tensors through a worker, against pyisolate and the machine's own limits.

``python benchmarks/isolation.py [--peer PYTHON]``: PYTHON is an interpreter that has pyisolate;
without it an environment is made in a temporary folder, which shares this one's torch. Where that
fails, its column and its limits are left out and the reason is told.

In turn, block by block: the worker, pyisolate, the limits (a bare asyncio pipe with the same JSON
codec; two copies of the same bytes in warm memory). Prints medians; status 1 when a limit is
broken. Run it on an otherwise idle machine.

torch has one thread in all processes: threads that wait for work would be measured otherwise.
pyisolate's extension returns a clone of what it is given, which is the least it can do so that a
tensor of its own comes back; the worker copies into the memory that it shares.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

os.environ["OMP_NUM_THREADS"] = "1"
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reference_runtime.isolation import rpc  # noqa: E402
from reference_runtime.isolation.death import WorkerDied  # noqa: E402
from reference_runtime.isolation.forking import end_nurseries  # noqa: E402
from reference_runtime.isolation.remote_pack import PackOrder, RemotePack  # noqa: E402
from reference_runtime.levels import configure  # noqa: E402

PEER = "pyisolate==0.10.2"
LEVEL = "studio-0.3.71"
MB = 1_000_000
SIZES = {1 * MB: (20, 0.2), 12_600_000: (8, 0.3), 100 * MB: (3, 0.2)}
"""Bytes of a tensor: calls in a block, and the limit as a multiple of the peer's time."""
SMALL_CALLS = 300
SMALL_OF_PEER, SMALL_OF_PIPE = 0.25, 2.5
COPIES_LIMIT = 1.5
"""A round trip of 100 MB, as a multiple of the two copies that it needs."""
SHARED_LIMIT = 3.0
"""100 MB that are shared already, as a multiple of 1 MB."""
ERROR_SECONDS, RESTART_SECONDS = 0.1, 0.15

PIPE_CHILD = f"""
import os, sys
sys.path.insert(0, {str(ROOT)!r})
from reference_runtime.isolation import rpc
for line in sys.stdin.buffer:
    os.write(1, rpc.encode(rpc.decode(line)))
"""


@dataclass
class Timings:
    """Seconds of single calls by who and what, of all blocks."""

    of: dict[tuple[str, str], list[float]] = field(default_factory=dict)

    def add(self, who: str, what: str, seconds: list[float]) -> None:
        self.of.setdefault((who, what), []).extend(seconds)

    def median(self, who: str, what: str) -> float | None:
        found = self.of.get((who, what))
        return statistics.median(found) if found else None


# --- the worker -----------------------------------------------------------------------------------


async def small(pack: RemotePack, count: int) -> list[float]:
    """Seconds of each call with small arguments."""
    seconds = []
    for number in range(count):
        began = time.perf_counter()
        await pack.echo({"number": number, "text": "abc"})
        seconds.append(time.perf_counter() - began)
    return seconds


async def fresh(pack: RemotePack, size: int, count: int) -> list[float]:
    """Seconds of each round trip of a new tensor; a new one comes back."""
    import torch

    seconds = []
    for _ in range(count):
        tensor = torch.ones(size // 4)
        began = time.perf_counter()
        back = await pack.echo(tensor, fresh=True)
        seconds.append(time.perf_counter() - began)
        assert back.numel() == tensor.numel()
    return seconds


async def shared(pack: RemotePack, size: int, count: int) -> list[float]:
    """Seconds of each round trip of a tensor in shared memory, which lies where it lay after it."""
    import torch

    tensor = await pack.echo(torch.ones(size // 4), fresh=True)
    seconds = []
    for _ in range(count):
        began = time.perf_counter()
        back = await pack.echo(tensor)
        seconds.append(time.perf_counter() - began)
        assert back.data_ptr() == tensor.data_ptr(), "the tensor was copied"
    return seconds


async def restart(pack: RemotePack) -> tuple[float, float]:
    """Seconds from SIGKILL in the middle of a call to its error, and of the next call."""
    worker = await pack.alive()
    call = asyncio.ensure_future(_until_dead(pack))
    await asyncio.sleep(0.02)
    began = time.perf_counter()
    os.kill(worker.pid, signal.SIGKILL)
    await call
    told = time.perf_counter()
    await pack.echo(1)
    return told - began, time.perf_counter() - told


async def _until_dead(pack: RemotePack) -> None:
    """Calls one after the other until one fails."""
    with contextlib.suppress(WorkerDied):
        while True:
            await pack.echo("x" * 1000)


# --- the peer -------------------------------------------------------------------------------------


class Peer:
    """pyisolate in a process of its own; it sleeps while others are measured."""

    def __init__(self, python: Path) -> None:
        folders = [str(python.parent), str(Path(sys.executable).parent), os.environ["PATH"]]
        self._process = subprocess.Popen(
            [str(python), str(Path(__file__).with_name("isolation_peer.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PATH": os.pathsep.join(folders)},
        )

    def measure(self, **what: Any) -> list[float]:
        """Raises OSError when it has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise OSError(f"it ended with status {self._process.wait()}")
        seconds: list[float] = json.loads(line)
        return seconds

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def install_peer(folder: Path) -> Path:
    """The interpreter of a new environment with pyisolate and this one's packages.

    Raises CalledProcessError.
    """
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
    python = folder / "bin" / "python"
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    own = folder / "lib" / version / "site-packages"
    (own / "host.pth").write_text(
        f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
    )
    command = [python, "-m", "pip", "install", "-q", PEER]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return python


@contextlib.contextmanager
def peer_of(python: Path | None) -> Iterator[Peer | None]:
    """The peer; None, and the reason is told, where there can't be one."""
    with tempfile.TemporaryDirectory() as folder:
        peer = None
        try:
            peer = Peer(python or install_peer(Path(folder) / "venv"))
            peer.measure(what="small", count=10)
        except (OSError, subprocess.SubprocessError) as error:
            print(f"without {PEER}: {error}")
            peer = None
        try:
            yield peer
        finally:
            if peer is not None:
                peer.close()


# --- the limits -----------------------------------------------------------------------------------


async def bare_pipe(count: int) -> list[float]:
    """Seconds of each line through the streams of asyncio to a child and back."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PIPE_CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdin is not None
    assert child.stdout is not None
    seconds = []
    for number in range(count + 20):
        params = {"wire": {"data": {"number": number, "text": "abc"}}, "fresh": False}
        began = time.perf_counter()
        child.stdin.write(rpc.encode(rpc.request(number, "value/echo", params)))
        rpc.decode(await child.stdout.readline())
        seconds.append(time.perf_counter() - began)
    child.stdin.close()
    await child.wait()
    return seconds[20:]


def two_copies(size: int, count: int) -> list[float]:
    """Seconds of copying the bytes into warm memory, and again into other warm memory."""
    import ctypes

    import torch

    source, middle, end = (torch.ones(size // 4) for _ in range(3))
    seconds = []
    for _ in range(count):
        began = time.perf_counter()
        ctypes.memmove(middle.data_ptr(), source.data_ptr(), size)
        ctypes.memmove(end.data_ptr(), middle.data_ptr(), size)
        seconds.append(time.perf_counter() - began)
    return seconds


# --- all of it ------------------------------------------------------------------------------------


async def measure(pack: RemotePack, peer: Peer | None, rounds: int) -> Timings:
    """All blocks, in turn."""
    timings = Timings()
    await small(pack, 50)
    for size in SIZES:
        await fresh(pack, size, 3)
    for _ in range(rounds):
        timings.add("worker", "small", await small(pack, SMALL_CALLS))
        if peer is not None:
            timings.add("peer", "small", peer.measure(what="small", count=SMALL_CALLS))
        timings.add("limit", "small", await bare_pipe(SMALL_CALLS))
        for size, (count, _) in SIZES.items():
            timings.add("worker", f"fresh {size}", await fresh(pack, size, count))
            if peer is not None:
                got = peer.measure(what="tensor", size=size, count=count, fresh=True)
                timings.add("peer", f"fresh {size}", got)
            timings.add("limit", f"fresh {size}", two_copies(size, count))
            timings.add("worker", f"shared {size}", await shared(pack, size, count * 5))
            if peer is not None:
                got = peer.measure(what="tensor", size=size, count=count, fresh=False)
                timings.add("peer", f"shared {size}", got)
    for _ in range(rounds):
        error, following = await restart(pack)
        timings.add("worker", "killed: error", [error])
        timings.add("worker", "killed: next call", [following])
        pack._deaths.clear()  # a pack whose workers keep ending is given up, but not here
    return timings


def broken_limits(timings: Timings) -> list[str]:
    """Which limits are broken, in words."""

    def check(what: str, limit: float, other: float | None, text: str) -> None:
        seconds = timings.median("worker", what)
        if seconds is not None and other is not None and seconds > limit * other:
            broken.append(f"{what}: {seconds / other:.2f} x {text}, the limit is {limit:g} x")

    broken: list[str] = []
    check("small", SMALL_OF_PEER, timings.median("peer", "small"), "the peer's")
    check("small", SMALL_OF_PIPE, timings.median("limit", "small"), "the bare pipe's")
    for size, (_, of_peer) in SIZES.items():
        what = f"fresh {size}"
        check(what, of_peer, timings.median("peer", what), "the peer's")
    large, least = max(SIZES), min(SIZES)
    what = f"fresh {large}"
    check(what, COPIES_LIMIT, timings.median("limit", what), "two copies")
    least_shared = timings.median("worker", f"shared {least}")
    check(f"shared {large}", SHARED_LIMIT, least_shared, f"that of {least} bytes")
    check("killed: error", 1.0, ERROR_SECONDS, f"{ERROR_SECONDS:g} s")
    check("killed: next call", 1.0, RESTART_SECONDS, f"{RESTART_SECONDS:g} s")
    return broken


def report(timings: Timings) -> None:
    """A line for each thing measured: milliseconds and how many times the others' they are."""
    print(f"{'median, ms':<22}{'worker':>10}{'peer':>10}{'limit':>10}   of peer  of limit")
    for what in dict.fromkeys(what for _, what in timings.of):
        cells = [timings.median(who, what) for who in ("worker", "peer", "limit")]
        line = "".join(f"{'-' if c is None else f'{c * 1000:.3f}':>10}" for c in cells)
        own = cells[0] or 0.0
        ratios = "".join(f"{'-' if c is None else f'{own / c:.2f}':>10}" for c in cells[1:])
        print(f"{what:<22}{line}{ratios}")


async def run(peer: Peer | None, rounds: int) -> Timings:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pack"
        path.mkdir()
        (path / "__init__.py").write_text("import torch\nNODE_CLASS_MAPPINGS = {}\n")
        pack = RemotePack(PackOrder(path, LEVEL))
        try:
            return await measure(pack, peer, rounds)
        finally:
            pack.close()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", type=Path, help="an interpreter that has pyisolate")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    configure(LEVEL, "faithful")
    with peer_of(options.peer) as peer:
        timings = asyncio.run(run(peer, options.rounds))
    end_nurseries()
    report(timings)
    broken = broken_limits(timings)
    for text in broken:
        print(f"broken: {text}")
    return int(bool(broken))


if __name__ == "__main__":
    sys.exit(main())
