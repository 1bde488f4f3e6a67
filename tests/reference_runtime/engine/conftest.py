"""The nodes of the recorded prompts, in this process, at the level they were recorded at."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from trace_nodes import CLASSES
from traces import DATA

from reference_runtime import core_pack
from reference_runtime.api import modules
from reference_runtime.engine.local_nodes import LocalNodes
from reference_runtime.host import finder
from reference_runtime.levels import ACTIVE, configure
from reference_runtime.loading.awaiting import Runner
from reference_runtime.loading.loader import load
from reference_runtime.loading.place import Place
from reference_runtime.touches import LOG


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The host's modules are served in this process for a while."""
    root = tmp_path_factory.mktemp("host")
    before = (ACTIVE.level, ACTIVE.mode, LOG.roots)
    loaded = set(sys.modules)
    configure("comfy-0.3.64")
    modules.forget()
    LOG.clear()
    finder.install(root)
    yield root
    finder.uninstall()
    for name in set(sys.modules) - loaded:
        if not name.startswith("reference_runtime"):
            del sys.modules[name]
    modules.forget()
    LOG.clear()
    LOG.watch(*before[2])
    ACTIVE.level, ACTIVE.mode = before[:2]


@pytest.fixture(scope="module")
def classes(host: Path) -> dict[str, Any]:
    """Node classes by id."""
    pack = host / "custom_nodes" / "oracle-v3-pack"
    shutil.copytree(DATA / "trace_pack", pack)
    loaded = load(Place(pack, pack), ACTIVE.level, Runner(asyncio_now=True), lambda text: None)
    assert loaded.problems == []
    own = {each.cls.GET_SCHEMA().node_id: each.cls for each in loaded.candidates}
    return {**core_pack.NODE_CLASS_MAPPINGS, **CLASSES, **own}


@pytest.fixture
def nodes(classes: dict[str, Any]) -> LocalNodes:
    return LocalNodes(classes)
