"""The host's own execution tests, unchanged, against our server.

They are fetched from the host's repository at one commit into a temporary folder, or taken from a
checkout named by STUDIO_HOST_CHECKOUT, and never kept. They start ``python main.py`` in their
folder: there a shim stands that becomes our server, and beside it the one module of the host that
the test process imports, made from ours.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import host_checkout
import pytest

pytestmark = pytest.mark.network

EXPECTED = 185
SECONDS = 1200

MAIN = """\
import os, sys
server = [sys.executable, "-m", "reference_runtime.server", "--level", "comfy-0.3.64"]
os.execv(sys.executable, [*server, *sys.argv[1:]])
"""
GRAPH_UTILS = "from reference_runtime.api.graph import GraphBuilder, Node, is_link\n"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The host's repository, or as much of it as has its tests."""
    return host_checkout.checkout(tmp_path_factory.mktemp("host"), "tests")


@pytest.fixture(scope="module")
def stage(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests, the shim and nothing else of the host."""
    folder = tmp_path_factory.mktemp("stage")
    shutil.copytree(checkout / "tests", folder / "tests")
    (folder / "main.py").write_text(MAIN)
    (folder / "comfy_execution").mkdir()
    (folder / "comfy_execution" / "__init__.py").write_text("")
    (folder / "comfy_execution" / "graph_utils.py").write_text(GRAPH_UTILS)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    execution\n    inference\n")
    return folder


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_every_execution_test_of_the_host_passes(stage: Path) -> None:
    pytest.importorskip("websocket", reason="the host's tests need websocket-client")
    # The tests start "python": it has to be this one.
    root = Path(__file__).resolve().parents[2]
    environment = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join([str(stage), str(root), os.environ.get("PYTHONPATH", "")]),
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/execution"]
    command += [f"--port={_free_port()}", f"--output_dir={stage / 'output'}"]
    ended = subprocess.run(
        command, cwd=stage, env=environment, capture_output=True, text=True, timeout=SECONDS
    )
    said = ended.stdout[-6000:] + ended.stderr[-2000:]
    assert ended.returncode == 0, said
    assert re.search(rf"\b{EXPECTED} passed\b", ended.stdout), said
