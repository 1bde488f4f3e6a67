"""A worker's process that starts before its pack is known."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from reference_runtime.isolation.ahead import Ahead
from reference_runtime.runtime import Inspecting, PackSpec

PACK = "NODE_CLASS_MAPPINGS = {}\nprint('loaded')\n"


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "mypack"
    folder.mkdir()
    (folder / "__init__.py").write_text(PACK)
    return folder


def test_the_process_becomes_the_first_worker(pack: Path) -> None:
    ahead = Ahead()
    root, pid = ahead.scratch.root, ahead.worker.pid
    with Inspecting(PackSpec(pack, "comfy-latest"), ahead) as inspecting:
        worker = inspecting._inspector.worker
        assert getattr(worker, "pid", None) == pid
        assert "loaded" in inspecting.result().output
    assert not root.exists()
    assert not _alive(pid)
    ahead.close()


def test_it_knows_the_folders_names_as_any_worker_does(pack: Path) -> None:
    (pack / "__init__.py").write_text(
        "import folder_paths\nraise RuntimeError(folder_paths.base_path)\n"
    )
    ahead, spec = Ahead(), PackSpec(pack, "comfy-latest")
    with Inspecting(spec, ahead) as one, Inspecting(spec) as other:
        assert one.result().description["problems"] == other.result().description["problems"]


def test_closed_unused_it_leaves_nothing() -> None:
    ahead = Ahead()
    ahead.close()
    ahead.close()
    assert not ahead.scratch.root.exists()
    assert not _alive(ahead.worker.pid)


def test_an_inspection_that_fails_to_begin_ends_it(
    pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = Ahead()
    broken = "reference_runtime.isolation.inspector.Inspector.begin"
    monkeypatch.setattr(broken, lambda self: (_ for _ in ()).throw(RuntimeError("no")))
    with pytest.raises(RuntimeError, match="no"):
        Inspecting(PackSpec(pack, "comfy-latest"), ahead)
    assert not ahead.scratch.root.exists()
    assert not _alive(ahead.worker.pid)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGTERM as elsewhere")
def test_sigterm_ends_it() -> None:
    source = (
        "import time; from reference_runtime.isolation.ahead import Ahead; a = Ahead();"
        "print(a.worker.pid, a.scratch.root, flush=True); time.sleep(60)"
    )
    command = [sys.executable, "-c", source]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid, root = process.stdout.readline().split()
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == -signal.SIGTERM
    assert not _alive(int(pid))
    assert not Path(root).exists()
