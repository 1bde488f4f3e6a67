"""Nothing grows with calls and restarts; pages that were written to are the only ones forgotten."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from peers import ROOT

from reference_runtime.isolation.exchange import Exchange, share
from reference_runtime.isolation.memory import Mapping
from reference_runtime.isolation.tensors import TensorExtra
from reference_runtime.isolation.values import encode

pytestmark = pytest.mark.alone

SIZE = 1 << 20


@pytest.mark.skipif(sys.platform != "linux", reason="counts what /proc and /dev/shm tell")
def test_calls_and_restarts_leave_everything_flat() -> None:
    script = os.path.join(ROOT, "benchmarks", "isolation_flat.py")
    command = [sys.executable, script, "--calls", "1000", "--restarts", "20"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "after 20 restarts" in done.stdout


@pytest.fixture
def views() -> Iterator[tuple[Mapping, Mapping]]:
    """What a host writes, and a worker's private view of it."""
    shared = share(SIZE)
    yield Mapping(shared.host, SIZE, "write"), Mapping(shared.host, SIZE, "private")
    shared.close()


def test_a_private_copy_is_forgotten(views: tuple[Mapping, Mapping]) -> None:
    host, private = views
    ctypes.memset(host.address, 1, SIZE)
    ctypes.memset(private.address + 5000, 7, 1)
    assert ctypes.string_at(private.address + 5000, 1) == b"\7"
    assert ctypes.string_at(host.address + 5000, 1) == b"\1"
    private.forget(0, SIZE)
    assert ctypes.string_at(private.address + 5000, 1) == b"\1"


def test_what_nobody_wrote_to_shows_what_the_writer_writes(views: tuple[Mapping, Mapping]) -> None:
    host, private = views
    for byte in (1, 2, 3):
        ctypes.memset(host.address, byte, SIZE)
        assert ctypes.string_at(private.address, SIZE) == bytes([byte]) * SIZE
        private.forget(0, SIZE)


def test_without_a_page_table_copies_are_forgotten_too(views: tuple[Mapping, Mapping]) -> None:
    host, private = views
    private._pages = -1
    ctypes.memset(private.address, 7, 1)
    private.forget(0, SIZE)
    assert ctypes.string_at(private.address, 1) == b"\0"
    assert host.access == "write"


def test_a_fresh_block_is_a_copy_and_another_is_none() -> None:
    torch = pytest.importorskip("torch")
    shared = share(SIZE)
    mapping = Mapping(shared.host, SIZE, "write")
    exchange = Exchange(mapping, None)
    view = mapping.view(exchange.arena.allocate(4096) if exchange.arena else 0, 4096)
    tensor = torch.frombuffer(view, dtype=torch.uint8)
    (same,) = encode(tensor, TensorExtra(exchange))["blocks"]
    (other,) = encode(tensor, TensorExtra(exchange, fresh=True))["blocks"]
    assert same == ["mine", 0, 4096]
    assert other[0] == "mine"
    assert other[1] >= 4096
    shared.close()
