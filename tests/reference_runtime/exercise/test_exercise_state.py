"""The state of the process around a call."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from reference_runtime.exercise import state


@pytest.fixture(autouse=True)
def unharmed() -> Iterator[None]:
    """Whatever a test changes of this process is put back."""
    folder, variables, path = os.getcwd(), dict(os.environ), list(sys.path)
    generators = random.getstate(), np.random.get_state(), torch.get_rng_state()
    threads = torch.get_num_threads()
    yield
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(variables)
    sys.path[:] = path
    random.setstate(generators[0])
    np.random.set_state(generators[1])
    torch.set_rng_state(generators[2])
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.set_num_threads(threads)


def left(root: Path, act: Callable[[], Any]) -> list[tuple[str, str]]:
    """Kind and detail of what ``act`` left."""
    before = state.take(root)
    kept = act()
    state.settle(before)
    found = state.changes(before, state.take(root))
    del kept
    return [(change["kind"], change["detail"]) for change in found]


def test_nothing_leaves_nothing(tmp_path: Path) -> None:
    assert left(tmp_path, lambda: torch.rand(3, generator=torch.Generator()).sum()) == []


@pytest.mark.parametrize(
    ("act", "kind", "detail"),
    [
        (lambda: torch.rand(1), "rng", "torch"),
        (lambda: torch.manual_seed(12345), "rng", "torch seeded"),
        (lambda: np.random.rand(), "rng", "numpy"),
        (lambda: random.random(), "rng", "random"),
        (lambda: os.environ.update(LEFT="1"), "environment", "LEFT=1"),
        (lambda: sys.path.append("/left"), "sys.path", "added /left"),
        (lambda: os.chdir("/"), "cwd", "now /"),
        (
            lambda: torch.set_default_dtype(torch.float64),
            "default-dtype",
            "torch.float32 before, torch.float64 after",
        ),
        (
            lambda: torch.set_grad_enabled(False),
            "grad-mode",
            "gradients, no inference mode before, no gradients, no inference mode after",
        ),
    ],
)
def test_what_is_left_is_told(
    tmp_path: Path, act: Callable[[], Any], kind: str, detail: str
) -> None:
    assert left(tmp_path, act) == [(kind, detail)]


def test_the_number_of_threads_is_state(tmp_path: Path) -> None:
    more = torch.get_num_threads() + 1
    (found,) = left(tmp_path, lambda: torch.set_num_threads(more))
    assert found[0] == "threads-setting"


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("host/output/a.png", "output"),
        ("host/temp/a.png", "temp"),
        ("host/a.txt", "cwd"),
        ("host/models/x/a.bin", "models"),
        ("tmp/a", "temp"),
        ("home/.cache/a", "other"),
    ],
)
def test_files_are_told_with_their_place(tmp_path: Path, name: str, place: str) -> None:
    file = tmp_path / name
    file.parent.mkdir(parents=True)
    before = state.take(tmp_path)
    file.write_text("x")
    after = state.take(tmp_path)
    assert state.changes(before, after) == [{"kind": "file", "detail": name, "place": place}]
    assert state.new_files(before, after, tmp_path) == [file]


def test_a_changed_file_counts_and_is_not_new(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_text("x")
    before = state.take(tmp_path)
    file.write_text("longer")
    after = state.take(tmp_path)
    assert [c["kind"] for c in state.changes(before, after)] == ["file"]
    assert state.new_files(before, after, tmp_path) == []


def test_a_thread_that_stays_is_left_and_one_that_ends_is_not(tmp_path: Path) -> None:
    stop = threading.Event()
    staying = threading.Thread(target=stop.wait, name="stays", daemon=True)
    assert left(tmp_path, staying.start) == [("thread", "stays")]
    stop.set()
    staying.join()
    ending = threading.Thread(target=lambda: None)
    assert left(tmp_path, ending.start) == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="asks /proc")
def test_a_child_process_that_stays_is_left(tmp_path: Path) -> None:
    before = state.take(tmp_path)
    command = [sys.executable, "-c", "print('up', flush=True); input()"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe) as child:
        assert child.stdout is not None
        child.stdout.readline()
        found = state.changes(before, state.take(tmp_path))
        child.communicate(b"\n")
    assert any(c["kind"] == "process" and "input()" in c["detail"] for c in found)


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="asks /proc")
def test_an_open_file_is_left(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("x")
    assert left(tmp_path, (tmp_path / "a").open) == [("open-file", str(tmp_path / "a"))]


def test_seeding_all_makes_every_generator_known() -> None:
    def draw() -> tuple[Any, ...]:
        return random.random(), float(np.random.rand()), float(torch.rand(1))

    state.seed_all(3)
    first = draw()
    state.seed_all(3)
    assert draw() == first
    state.seed_all(4)
    assert not set(draw()) & set(first)


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs /proc")
def test_a_process_is_named_by_its_command_also_in_its_first_moments() -> None:
    for _ in range(20):
        with subprocess.Popen(["sleep", "20"]) as child:
            try:
                assert state._command(child.pid) == "sleep 20"
            finally:
                child.kill()
    ended = subprocess.Popen(["true"])
    while Path(f"/proc/{ended.pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z":
        time.sleep(0.005)
    assert state._command(ended.pid) == "defunct"
    ended.wait()
    assert state._command(ended.pid) == "unknown"
