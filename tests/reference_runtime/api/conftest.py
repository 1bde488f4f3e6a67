"""Fixtures of the node API's tests: a level to work at, and packs whose lines can be judged."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from reference_runtime import levels
from reference_runtime.api import modules
from reference_runtime.touches import LOG

_ROOTS = ("comfy_api", "studio_api", "comfy_execution", "studio_execution", "comfy", "studio")


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Serves the API's modules, and empty parents for comfy.comfy_types."""

    def find_spec(
        self, name: str, path: Any = None, target: Any = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name.split(".")[0] not in _ROOTS or self._module(name) is None:
            return None
        package = hasattr(self._module(name), "__path__")
        return importlib.machinery.ModuleSpec(name, self, is_package=package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        return self._module(spec.name)

    def exec_module(self, module: ModuleType) -> None: ...

    def _module(self, name: str) -> ModuleType | None:
        if name in ("comfy", "studio"):
            parent = ModuleType(name)
            parent.__path__ = []
            return parent
        return modules.provide(name)


def _forget_imports() -> None:
    for name in list(sys.modules):
        if name.split(".")[0] in _ROOTS:
            del sys.modules[name]


@pytest.fixture(autouse=True)
def _own_process_state() -> Iterator[None]:
    """Each test begins at the default level with an empty log, and imports anew."""
    before = (levels.ACTIVE.level, levels.ACTIVE.mode)
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    modules.forget()
    _forget_imports()
    LOG.clear()
    levels.configure(levels.DEFAULT_LEVEL)
    yield
    sys.meta_path.remove(finder)
    _forget_imports()
    modules.forget()
    LOG.clear()
    LOG.watch()
    levels.ACTIVE.level, levels.ACTIVE.mode = before


@pytest.fixture
def at() -> Callable[..., Any]:
    """``at("comfy-latest")`` switches the level and gives its io module in the level's brand."""

    def switch(level: str, mode: Any = "faithful") -> Any:
        levels.configure(level, mode)
        modules.forget()
        _forget_imports()
        return importlib.import_module(f"{levels.ACTIVE.level.brand}_api.latest._io")

    return switch


@pytest.fixture
def io(at: Callable[..., Any]) -> Any:
    """The io module at comfy-0.3.64."""
    return at("comfy-0.3.64")


@pytest.fixture
def run_pack(tmp_path: Path) -> Callable[[str], dict[str, Any]]:
    """Run source text as a pack's file, so that touches know its lines; gives its globals."""

    def run(source: str) -> dict[str, Any]:
        file = tmp_path / "pack.py"
        file.write_text(source, encoding="utf-8")
        LOG.watch(str(tmp_path))
        space: dict[str, Any] = {"__name__": "pack"}
        exec(compile(source, str(file), "exec"), space)
        return space

    return run


@pytest.fixture
def touches() -> Callable[[], list[tuple[str, str, str | None, str | None]]]:
    """What was recorded so far: (name, kind, level, today)."""

    def read() -> list[tuple[str, str, str | None, str | None]]:
        return [(t["name"], t["kind"], t["level"], t["today"]) for t in LOG.as_dicts()]

    return read
