"""pyisolate's part of ``benchmarks/isolation.py``: run by an interpreter that has it installed.

Reads lines of JSON, each one block of measurements to do, and writes the seconds of each call. Two
extensions would disturb each other there, so there is one.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

MODULE = "benchmark_extension"
SOURCE = """
from pyisolate import ExtensionBase

class Echo(ExtensionBase):
    async def small(self, number, text):
        return {"number": number, "text": text}

    async def fresh(self, tensor):
        return tensor.clone()

    async def same(self, tensor):
        return tensor
"""


def load(folder: Path) -> Any:
    """The extension in its process; a sandbox would cost a call nothing, so there is none."""
    import importlib

    import pyisolate

    package = folder / MODULE
    package.mkdir()
    (package / "__init__.py").write_text(SOURCE)
    sys.path.insert(0, str(folder))
    kind = importlib.import_module(MODULE).Echo
    manager = pyisolate.ExtensionManager(kind, {"venv_root_path": str(folder / "venvs")})
    config: Any = {
        "name": MODULE,
        "module_path": str(package),
        "dependencies": [],
        "apis": [],
        "share_torch": True,
        "share_cuda_ipc": False,
        "sandbox_mode": pyisolate.SandboxMode.DISABLED,
    }
    return manager, manager.load_extension(config)


async def small(extension: Any, count: int) -> list[float]:
    """Seconds of each call with small arguments."""
    seconds = []
    for number in range(count):
        began = time.perf_counter()
        await extension.small(number, "abc")
        seconds.append(time.perf_counter() - began)
    return seconds


async def tensors(extension: Any, size: int, count: int, fresh: bool) -> list[float]:
    """Seconds of each round trip of ``size`` bytes."""
    import torch

    seconds = []
    kept = torch.ones(size // 4)
    for _ in range(count):
        tensor = torch.ones(size // 4) if fresh else kept
        began = time.perf_counter()
        back = await (extension.fresh(tensor) if fresh else extension.same(tensor))
        seconds.append(time.perf_counter() - began)
        assert back.numel() == tensor.numel()
    return seconds


async def serve(extension: Any, answers: int) -> None:
    """Do what each line asks for."""
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        asked = json.loads(line)
        if asked["what"] == "small":
            seconds = await small(extension, asked["count"])
        else:
            seconds = await tensors(extension, asked["size"], asked["count"], asked["fresh"])
        os.write(answers, json.dumps(seconds).encode() + b"\n")


def main() -> None:
    answers = os.dup(1)
    os.dup2(2, 1)  # what pyisolate and its child print is no answer
    with tempfile.TemporaryDirectory() as folder:
        manager, extension = load(Path(folder))
        try:
            asyncio.run(serve(extension, answers))
        finally:
            manager.stop_all_extensions()


if __name__ == "__main__":
    main()
