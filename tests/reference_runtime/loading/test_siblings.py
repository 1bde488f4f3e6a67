"""Files of a host's own folder, and packages in it, import under the folder's name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from reference_runtime.loading.siblings import SiblingFinder, serve_siblings


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    root = tmp_path / "comfy_extras_of_a_test"
    (root / "apis").mkdir(parents=True)
    (root / "apis" / "sizes.py").write_text("WIDTH = 64\n")
    (root / "nodes_b.py").write_text("from comfy_extras_of_a_test.apis import sizes\n")
    serve_siblings(root)
    # The folder itself is a package that the host serves.
    package = type(sys)("comfy_extras_of_a_test")
    package.__path__ = []
    sys.modules[package.__name__] = package
    yield root
    sys.meta_path[:] = [f for f in sys.meta_path if not isinstance(f, SiblingFinder)]
    for name in [name for name in sys.modules if name.startswith(package.__name__)]:
        del sys.modules[name]


def test_siblings_and_their_packages_import(folder: Path) -> None:
    module = importlib.import_module(f"{folder.name}.nodes_b")
    assert module.sizes.WIDTH == 64


def test_what_is_not_there_is_left_to_other_finders(folder: Path) -> None:
    with pytest.raises(ModuleNotFoundError, match="nodes_c"):
        importlib.import_module(f"{folder.name}.nodes_c")
