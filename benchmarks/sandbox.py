"""What the sandbox costs: the start of a worker, each file that is opened, each call.

``python benchmarks/sandbox.py [--rounds N]``. With and without, in turn, in the same run; prints
medians and what the sandbox adds. Status 1 when a limit is broken. Run it on an otherwise idle
machine. Linux only.

- forked: a worker from the process that has torch loaded, up to its answer to ``hello``. Without:
  the same request with a policy that is not applied.
- trampoline: a process that confines itself and becomes another program, against that program. Our
  package is compiled first, as an installer does.
- wrapped: the same with bubblewrap around it, where it works.
- opens: ``os.open`` and ``open`` of a file of the policy, in a confined process and in a free one.
- calls: round trips with small arguments, to a confined worker and to a free one.
"""

from __future__ import annotations

import argparse
import asyncio
import compileall
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from reference_runtime.isolation import confining  # noqa: E402
from reference_runtime.isolation.forking import end_nurseries, start_worker  # noqa: E402
from reference_runtime.isolation.hosted import HostedWorker  # noqa: E402
from reference_runtime.isolation.rpc import PROTOCOL  # noqa: E402
from reference_runtime.isolation.scratch import Scratch  # noqa: E402
from reference_runtime.sandbox import bubblewrap  # noqa: E402
from reference_runtime.sandbox.launching import Confinement, Status  # noqa: E402
from reference_runtime.sandbox.policy import Enforced, SandboxPolicy  # noqa: E402

FORKED_MS, TRAMPOLINE_MS = 15.0, 45.0
CALL_SHARE = 0.1
"""How much longer a call to a confined worker may take than one to a free one: nothing that can be
told from noise."""
OPENS = 4000
CALLS = 400

OPENING = f"""
import json, os, sys, time
sys.path.insert(0, {str(ROOT)!r})
from reference_runtime.sandbox.applying import Sentinel, confine
from reference_runtime.sandbox.policy import SandboxPolicy
order = json.loads(sys.argv[1])
if order["confined"]:
    told = confine(SandboxPolicy.from_wire(order["policy"]), Sentinel(**order["sentinel"]))
    assert told.holds, told.line
def timed(work):
    best = 1.0
    for _ in range(5):
        began = time.perf_counter()
        for _ in range({OPENS}):
            work()
        best = min(best, (time.perf_counter() - began) / {OPENS})
    return best * 1e6
file = order["file"]
print(json.dumps([timed(lambda: os.close(os.open(file, os.O_RDONLY))),
                  timed(lambda: open(file).close())]))
"""


def free(scratch: Scratch) -> dict[str, Any]:
    """A greeting that has the worker confine nothing: it is told that others did."""
    told = Enforced(files="enforced", network="enforced").to_wire()
    policy = SandboxPolicy()
    return confining.hello(confining.DEFAULT, policy, scratch, enforced=told)


def confined(scratch: Scratch) -> dict[str, Any]:
    """The greeting that every worker gets."""
    write = [scratch.work]
    policy = confining.worker_policy(confining.DEFAULT, scratch.host, sys.executable, write)
    return confining.hello(confining.DEFAULT, policy, scratch)


async def started(scratch: Scratch, greeting: dict[str, Any]) -> float:
    """Milliseconds until a forked worker has answered its greeting."""
    began = time.perf_counter()
    launched, _ = await start_worker(sys.executable, scratch.work)
    async with HostedWorker(launched) as worker:
        await worker.channel.call("hello", {"protocol": PROTOCOL, **greeting}, 30)
        return (time.perf_counter() - began) * 1e3


async def forked(rounds: int) -> tuple[list[float], list[float]]:
    """Milliseconds without and with, in turn."""
    without, with_ = [], []
    with Scratch() as scratch:
        await started(scratch, free(scratch))  # waits for what is preloaded
        for _ in range(rounds):
            without.append(await started(scratch, free(scratch)))
            with_.append(await started(scratch, confined(scratch)))
    return without, with_


async def calls(rounds: int) -> tuple[list[float], list[float]]:
    """Microseconds of small requests (for an unknown method: the whole way, no work)."""
    found: dict[bool, list[float]] = {True: [], False: []}
    with Scratch() as scratch:
        for _ in range(max(rounds // 5, 2)):
            for is_confined, greeting in ((False, free(scratch)), (True, confined(scratch))):
                launched, _ = await start_worker(sys.executable, scratch.work)
                async with HostedWorker(launched) as worker:
                    await worker.channel.call("hello", {"protocol": PROTOCOL, **greeting}, 30)
                    found[is_confined] += [await _asked(worker) for _ in range(CALLS)]
    return found[False], found[True]


async def _asked(worker: HostedWorker) -> float:
    from reference_runtime.isolation.rpc import RemoteError

    began = time.perf_counter()
    try:
        await worker.channel.call("nothing", {}, 30)
    except RemoteError:
        return (time.perf_counter() - began) * 1e6
    raise AssertionError("a method that does not exist answered")


def spawned(command: Callable[[int], list[str]], scratch: Scratch) -> float:
    """Milliseconds until a program has run, and told what is enforced where it tells."""
    status = Status()
    began = time.perf_counter()
    child = subprocess.Popen(
        command(status.writes), cwd=scratch.work, pass_fds=(status.writes,),
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip
    status.started()
    _, said = child.communicate()
    seconds = time.perf_counter() - began
    assert child.returncode == 0, said.decode()
    status.close()
    return seconds * 1e3


def trampolines(rounds: int, wrap: bool) -> tuple[list[float], list[float]]:
    """Milliseconds of an interpreter that does nothing, without and with."""
    nothing = [sys.executable, "-I", "-S", "-c", ""]
    without, with_ = [], []
    with Scratch() as scratch:
        order = Confinement(
            SandboxPolicy((str(ROOT / "reference_runtime"),), (str(scratch.work),)),
            scratch.sentinel,
            wrap=wrap,
        )
        for _ in range(rounds):
            without.append(spawned(lambda status: nothing, scratch))
            with_.append(spawned(lambda status: order.command(nothing, status), scratch))
    return without, with_


def opens(rounds: int) -> dict[bool, list[list[float]]]:
    """Microseconds of ``os.open`` and ``open``, in free and in confined processes."""
    found: dict[bool, list[list[float]]] = {False: [], True: []}
    with tempfile.TemporaryDirectory() as folder, Scratch() as scratch:
        deep = Path(folder, *"abcdefgh")
        deep.mkdir(parents=True)
        (deep / "file").write_text("x")
        policy = SandboxPolicy((folder,), (str(scratch.work),))
        for _ in range(max(rounds // 5, 2)):
            for is_confined in (False, True):
                order = {
                    "confined": is_confined,
                    "policy": policy.to_wire(),
                    "sentinel": scratch.sentinel,
                    "file": str(deep / "file"),
                }
                done = subprocess.run(
                    [sys.executable, "-I", "-S", "-c", OPENING, json.dumps(order)],
                    capture_output=True, text=True, check=True, cwd="/",
                )  # fmt: skip
                found[is_confined].append(json.loads(done.stdout))
    return found


def told(name: str, without: list[float], with_: list[float], unit: str) -> float:
    """Print a line; what the sandbox adds, from the medians."""
    a, b = statistics.median(without), statistics.median(with_)
    print(f"{name:28} {a:9.2f} {b:9.2f} {b - a:+9.2f} {unit}")
    return b - a


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    compileall.compile_dir(ROOT / "reference_runtime" / "sandbox", quiet=2)
    if sys.platform != "linux":
        print("nothing to measure: the sandbox is Linux's")
        return 0
    print(f"{'':28} {'without':>9} {'with':>9} {'added':>9}")
    broken = []
    if told("forked worker", *asyncio.run(forked(rounds)), "ms") > FORKED_MS:
        broken.append(f"a forked worker starts more than {FORKED_MS:g} ms later")
    if told("trampoline", *trampolines(rounds, wrap=False), "ms") > TRAMPOLINE_MS:
        broken.append(f"the trampoline takes more than {TRAMPOLINE_MS:g} ms")
    if bubblewrap.refusal() is None:
        told("trampoline in bubblewrap", *trampolines(rounds, wrap=True), "ms")
    found = opens(rounds)
    for index, name in enumerate(("os.open, 8 folders deep", "open, 8 folders deep")):
        told(name, *([each[index] for each in found[kind]] for kind in (False, True)), "us")
    without, with_ = asyncio.run(calls(rounds))
    if told("small call", without, with_, "us") > CALL_SHARE * statistics.median(without):
        broken.append("calls to a confined worker take longer")
    end_nurseries()
    for text in broken:
        print(f"LIMIT BROKEN: {text}")
    return 1 if broken else 0


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
