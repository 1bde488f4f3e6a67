"""The stopwatch counts what the pack does, and neither torch nor a busy machine."""

from __future__ import annotations

import importlib
import subprocess
import sys
import time
from pathlib import Path

import pytest

from reference_runtime.loading import stopwatch
from reference_runtime.loading.stopwatch import Stopwatch, waited_for_cpu

pytestmark = pytest.mark.alone


@pytest.fixture
def slow_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "slow_library.py").write_text("import time\ntime.sleep(0.3)\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "slow_library", raising=False)
    return "slow_library"


def test_waiting_counts() -> None:
    with Stopwatch() as watch:
        time.sleep(0.1)
    assert 0.09 < watch.seconds < 5


def test_import_of_a_library_counts(slow_library: str) -> None:
    with Stopwatch() as watch:
        importlib.import_module(slow_library)
    assert watch.seconds >= 0.29


def test_import_of_torch_does_not(slow_library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopwatch, "HOSTS_OWN", slow_library)
    with Stopwatch() as watch:
        importlib.import_module(slow_library)
    assert watch.seconds < 0.2
    assert watch not in sys.meta_path


def test_failing_import_is_left_out_too(
    slow_library: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stopwatch, "HOSTS_OWN", slow_library)
    file = tmp_path / "slow_library.py"
    file.write_text(file.read_text("utf-8") + "raise OSError('no greetings')\n", encoding="utf-8")
    importlib.invalidate_caches()
    watch = Stopwatch()
    with pytest.raises(OSError, match="no greetings"), watch:
        importlib.import_module(slow_library)
    assert watch.seconds < 0.2


@pytest.mark.skipif(not waited_for_cpu(), reason="the system does not say how long threads waited")
def test_a_busy_machine_does_not_count() -> None:
    """Two processes share one processor: about half the wall time is waiting."""
    code = (
        "import os, time; os.sched_setaffinity(0, {0})\n"
        "from reference_runtime.loading.stopwatch import Stopwatch\n"
        "begin = time.perf_counter(); child = os.fork()\n"
        "with Stopwatch() as watch:\n"
        "    until = time.process_time() + 0.3\n"
        "    while time.process_time() < until: pass\n"
        "wall = time.perf_counter() - begin\n"
        "if not child: os._exit(0)\n"
        "os.wait(); print(watch.seconds, wall)\n"
    )
    root = Path(stopwatch.__file__).parents[2]
    output = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=root
    ).stdout
    seconds, wall = map(float, output.split())
    assert 0.25 < seconds < wall - 0.1
