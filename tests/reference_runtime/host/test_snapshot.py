"""What a pack has put in place of the host's functions and classes is found, and nothing else."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reference_runtime.host import finder, snapshot
from reference_runtime.host.snapshot import Change, take
from reference_runtime.levels import ACTIVE, configure
from reference_runtime.touches import LOG

Changes = Callable[[str], list[Change]]


@pytest.fixture
def changes(tmp_path: Path) -> Iterator[Changes]:
    """Import a source text as a pack and tell what it changed."""
    before = (ACTIVE.level, ACTIVE.mode, LOG.roots)
    LOG.clear()
    LOG.watch(str(tmp_path / "pack"))
    configure("studio-0.3.71")
    finder.install(tmp_path / "root")

    def run(source: str) -> list[Change]:
        file = tmp_path / "pack" / "part.py"
        file.parent.mkdir()
        file.write_text(source, encoding="utf-8")
        spec = importlib.util.spec_from_file_location("part", file)
        assert spec is not None
        assert spec.loader is not None
        taken = take()
        spec.loader.exec_module(importlib.util.module_from_spec(spec))
        return taken.changes()

    for name in ("execution", "folder_paths", "server", "studio_api.latest"):
        importlib.import_module(name)
    originals = [(owner, dict(vars(owner))) for owner, _ in snapshot._owners()]
    yield run
    for owner, names in originals:
        for name in [name for name in names if vars(owner).get(name) is not names[name]]:
            setattr(owner, name, names[name])
        for name in vars(owner).keys() - names.keys():
            delattr(owner, name)
    finder.uninstall()
    LOG.clear()
    LOG.watch(*before[2])
    ACTIVE.level, ACTIVE.mode = before[:2]


@pytest.mark.parametrize(
    ("source", "name", "line"),
    [
        (
            "import folder_paths\ndef mine(): pass\nfolder_paths.get_output_directory = mine\n",
            "folder_paths.get_output_directory",
            2,
        ),
        (
            "import server\nserver.PromptServer.send_sync = lambda *a: None\n",
            "server.PromptServer.send_sync",
            2,
        ),
        (
            "import server\nserver.PromptServer.instance.send_sync = lambda *a: None\n",
            "server.PromptServer.instance.send_sync",
            2,
        ),
        (
            "import execution\nexecution.PromptExecutor.execute = lambda *a: None\n",
            "execution.PromptExecutor.execute",
            2,
        ),
        (
            "from studio_api.latest import io\nio.Schema.validate = lambda self: None\n",
            "studio_api.latest._io.Schema.validate",
            2,
        ),
    ],
)
def test_replaced(changes: Changes, source: str, name: str, line: int) -> None:
    (change,) = changes(source)
    assert (change.name, change.line) == (name, line)


@pytest.mark.parametrize(
    "source",
    [
        "import folder_paths\nfolder_paths.get_output_directory()\n",
        "import nodes\nnodes.NODE_CLASS_MAPPINGS['Mine'] = type('Mine', (), {})\n",
        "import server\nclass Mine(server.PromptServer):\n    def send_sync(self): pass\n",
        "from studio_api.latest import io\nclass Mine(io.StudioNode):\n    pass\n",
        "import folder_paths\nfolder_paths.supported_pt_extensions.add('.gguf')\n",
        "import server\n@server.PromptServer.instance.routes.get('/x')\nasync def x(r): pass\n",
    ],
)
def test_not_replaced(changes: Changes, source: str) -> None:
    assert changes(source) == []
