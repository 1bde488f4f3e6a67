"""How fast prompts run through the server, with a client: ``python benchmarks/engine.py``.

Each graph is sent by POST; its time ends with the last message on the WebSocket. Every number is
the best of some rounds. Prints the time per node, and whether it stays the same from a chain of
100 nodes to one of 10,000; with ``--host PATH`` (a checkout of the real host, which runs under
``--host-python``) the same graphs there and the ratio. Status 1 when a limit is broken. Run it on
an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

HERE = Path(__file__).resolve().parent
NODES = HERE / "engine_nodes"
LINEAR_LIMIT = 1.3
HOST_LIMIT = 0.05
START_SECONDS = 120.0

Graph = dict[str, Any]


@dataclass
class Case:
    """A graph of ``nodes`` nodes; ``host``: the real host can run it in bearable time."""

    name: str
    nodes: int
    make: Callable[[str], Graph]
    cached: bool = False
    host: bool = True
    rounds: int = 3


@dataclass
class Result:
    """One run: seconds, bytes on the WebSocket, frames of progress, nodes they said had ended."""

    seconds: float
    size: int
    frames: int
    told: int


# --- graphs ---------------------------------------------------------------------------------------


def _node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def chain(length: int) -> Callable[[str], Graph]:
    """A source, ``length - 2`` nodes that hand on, an output."""

    def make(text: str) -> Graph:
        graph = {"1": _node("BenchSource", text=text)}
        for number in range(2, length):
            graph[str(number)] = _node("BenchPass", text=[str(number - 1), 0])
        graph[str(length)] = _node("BenchShow", text=[str(length - 1), 0])
        return graph

    return make


def pairs(count: int) -> Callable[[str], Graph]:
    """``count`` times a source with its own output."""

    def make(text: str) -> Graph:
        graph = {}
        for number in range(count):
            graph[f"s{number}"] = _node("BenchSource", text=f"{text} {number}")
            graph[f"o{number}"] = _node("BenchShow", text=[f"s{number}", 0])
        return graph

    return make


def sleeps(count: int) -> Callable[[str], Graph]:
    """``count`` async nodes of 0.2 s, each with its own output."""

    def make(text: str) -> Graph:
        graph = {}
        for number in range(count):
            graph[f"s{number}"] = _node("BenchSleep", text=f"{text} {number}", seconds=0.2)
            graph[f"o{number}"] = _node("BenchShow", text=[f"s{number}", 0])
        return graph

    return make


CASES = [
    Case("chain of 100", 100, chain(100), rounds=7),
    Case("chain of 100, cached", 100, chain(100), cached=True),
    Case("chain of 500", 500, chain(500)),
    Case("chain of 500, cached", 500, chain(500), cached=True),
    Case("chain of 10,000", 10_000, chain(10_000), host=False),
    Case("chain of 10,000, cached", 10_000, chain(10_000), cached=True, host=False),
    Case("500 source+output pairs", 1000, pairs(500)),
    Case("500 pairs, cached", 1000, pairs(500), cached=True),
    Case("5,000 source+output pairs", 10_000, pairs(5000), host=False),
    Case("5,000 pairs, cached", 10_000, pairs(5000), cached=True, host=False),
    Case("200 async sleeps of 0.2 s", 400, sleeps(200)),
]


# --- servers --------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def started(command: list[str], folder: Path, port: int) -> Iterator[str]:
    """A server's address while it runs; its output goes to a file in the temporary folder."""
    with tempfile.TemporaryDirectory() as scratch:
        config = Path(scratch, "paths.yaml")
        packs = Path(scratch, "packs")
        packs.mkdir()
        (packs / NODES.name).symlink_to(NODES)
        config.write_text(f"bench:\n    custom_nodes: {packs}\n", encoding="utf-8")
        command = [*command, "--listen", "127.0.0.1", "--port", str(port), "--cpu"]
        command += ["--output-directory", scratch, "--extra-model-paths-config", str(config)]
        with open(Path(scratch, "log"), "w+", encoding="utf-8") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
            try:
                yield _waited(process, port, log)
            finally:
                process.terminate()
                process.wait(30)


def _waited(process: subprocess.Popen[bytes], port: int, log: Any) -> str:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return f"127.0.0.1:{port}"
        except OSError:
            time.sleep(0.1)
    log.seek(0)
    sys.exit(f"the server did not start:\n{log.read()[-3000:]}")


# --- measuring ------------------------------------------------------------------------------------


async def measure(address: str, case: Case, turn: int) -> Result:
    """Run the case once."""
    graph = case.make(case.name if case.cached else f"{case.name} {turn} {time.time()}")
    async with aiohttp.ClientSession() as session:
        url = f"ws://{address}/ws?clientId=bench"
        async with session.ws_connect(url, max_msg_size=0) as ws:
            body = json.dumps({"prompt": graph, "client_id": "bench"})
            started = time.perf_counter()
            async with session.post(f"http://{address}/prompt", data=body) as reply:
                answer = await reply.json()
            if reply.status != 200:
                sys.exit(f"{case.name}: refused: {str(answer)[:500]}")
            result = await _until_end(ws, answer["prompt_id"], started)
    if not case.cached and result.told != case.nodes:
        sys.exit(f"{case.name}: progress told of {result.told} of {case.nodes} nodes")
    return result


async def _until_end(ws: Any, prompt_id: str, started: float) -> Result:
    size, frames = 0, 0
    states: dict[str, str] = {}
    async for message in ws:
        size += len(message.data)
        event = json.loads(message.data)
        if event["type"] == "progress_state":
            frames += 1
            states.update({k: v["state"] for k, v in event["data"]["nodes"].items()})
        elif event["type"] in ("execution_error", "execution_interrupted"):
            sys.exit(f"the prompt failed: {str(event)[:1000]}")
        elif event["type"] == "executing" and event["data"]["node"] is None:
            seconds = time.perf_counter() - started
            told = sum(state == "finished" for state in states.values())
            return Result(seconds, size, frames, told)
    sys.exit("the server closed the connection")


def measure_all(address: str, cases: list[Case], what: str) -> dict[str, Result]:
    """The best round of each case, printed as they come."""
    asyncio.run(measure(address, Case("warm-up", 10, chain(10)), 0))
    print(f"\n{what}\n{'graph':28} {'s':>9} {'ms/node':>8} {'kB':>9} {'progress frames':>16}")
    found = {}
    for case in cases:
        if case.cached:
            asyncio.run(measure(address, case, 0))
        rounds = [asyncio.run(measure(address, case, turn)) for turn in range(case.rounds)]
        best = found[case.name] = min(rounds, key=lambda result: result.seconds)
        each = best.seconds / case.nodes * 1000
        print(
            f"{case.name:28} {best.seconds:9.3f} {each:8.3f} {best.size / 1000:9.0f} "
            f"{best.frames:16}",
            flush=True,
        )
    return found


def linear(found: dict[str, Result]) -> bool:
    """Whether a node of the longest chain takes no longer than one of the shortest."""
    if not {"chain of 100", "chain of 10,000"} <= set(found):
        return True
    short, long = found["chain of 100"].seconds / 100, found["chain of 10,000"].seconds / 10_000
    ratio = long / short
    print(
        f"\nchain of 10,000 against 100: {ratio:.2f} x the time per node (at most {LINEAR_LIMIT})"
    )
    return ratio <= LINEAR_LIMIT


def compared(ours: dict[str, Result], host: dict[str, Result]) -> bool:
    """Whether ours keeps its limit against the host at 500."""
    print()
    for name in host:
        print(f"{name:28} {ours[name].seconds / host[name].seconds:9.4f} x the host")
    wanted = ("chain of 500", "500 source+output pairs")
    return all(ours[n].seconds <= HOST_LIMIT * host[n].seconds for n in wanted if n in host)


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--host", type=Path, help="a checkout of the real host")
    parser.add_argument("--host-python", default=sys.executable)
    parser.add_argument("--host-rounds", type=int, default=1)
    parser.add_argument("--only", default="", help="graphs whose name contains this")
    parser.add_argument("--isolation", default="process")
    options = parser.parse_args()
    cases = [case for case in CASES if options.only in case.name]
    command = [sys.executable, "-m", "reference_runtime.server", "--isolation", options.isolation]
    os.environ["PYTHONPATH"] = os.pathsep.join([str(HERE.parent), os.environ.get("PYTHONPATH", "")])
    with started(command, Path(tempfile.gettempdir()), free_port()) as address:
        ours = measure_all(address, cases, "reference_runtime.server")
    good = linear(ours)
    if options.host:
        cases = [case for case in cases if case.host]
        for case in cases:
            case.rounds = options.host_rounds
        with started([options.host_python, "main.py"], options.host, free_port()) as address:
            good &= compared(ours, measure_all(address, cases, f"host at {options.host}"))
    return int(not good)


if __name__ == "__main__":
    sys.exit(main())
