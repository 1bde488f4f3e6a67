"""Real processes that speak, or misspeak, the protocol: the other end of a channel under test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import reference_runtime
from reference_runtime.isolation.hosted import HostedWorker
from reference_runtime.isolation.launch import Spawned

ROOT = str(Path(reference_runtime.__file__).parents[1])

RAW = """
import json, os, sys, time
def line(**message):
    os.write(1, json.dumps({"jsonrpc": "2.0", **message}).encode() + b"\\n")
def asked():
    return json.loads(sys.stdin.buffer.readline())
"""
"""Speaks by hand: ``asked()`` waits for a request, ``line(id=1, result=2)`` writes a message."""

SERVING = f"""
import asyncio, os, sys, time
sys.path.insert(0, {ROOT!r})
from reference_runtime.isolation.channel import Channel
async def sleep(params):
    await asyncio.sleep(params["seconds"])
    return params
async def back(params):
    return await channel.call("host", params)
def boom(params):
    raise LookupError("no such thing: " + params["name"])
class Silent(Exception): pass
def silent(params):
    raise Silent
async def main():
    global channel
    channel = Channel(0, 1, {{
        "echo": lambda params: params, "sleep": sleep, "back": back, "boom": boom,
        "silent": silent, "block": lambda params: time.sleep(params["seconds"]),
        "exit": lambda params: os._exit(params["status"]), "nan": lambda params: float("nan"),
        "kill": lambda params: os.kill(os.getpid(), params["signal"]),
        "big": lambda params: "x" * params["size"],
        "tell": lambda params: [channel.notify("told", {{"n": n}}) for n in range(params["count"])],
    }}, on_broken=lambda error: os._exit(0))
    channel.listen()
    await asyncio.Event().wait()
asyncio.run(main())
"""
"""Serves a few methods over our own channel."""


def start(source: str, token: str = "peer", **options: Any) -> HostedWorker:
    """A peer that runs ``source``; call it within a running loop."""
    process = subprocess.Popen(
        [sys.executable, "-c", source],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        bufsize=0,
        start_new_session=True,
    )
    return HostedWorker(Spawned(process, token), **options)
