"""The meta-path finders that serve the host's modules to packs.

The first finder answers for every name below a host root: the node API, our stand-ins, shells of
modules we know by name only, and for anything else a module of recording stubs. A module of the
other brand is served and recorded, unless the pack expects it to be missing: then it is missing, as
on the real host. The last finder serves names that something else may provide better.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from reference_runtime.host import absent, known, names
from reference_runtime.host.module import HostModule, forget
from reference_runtime.host.spelling import brand_of, canonical, spelled
from reference_runtime.levels import ACTIVE
from reference_runtime.touches import LOG, Kind

_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})


class _Loader:
    """Hands a ready module to the import system."""

    def __init__(self, module: ModuleType) -> None:
        self.module = module

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return self.module

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the module is complete."""


class HostFinder:
    """Serves the names below the host's roots. ``root`` is the folder that poses as the host's."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name.partition(".")[0] not in names.HOST_ROOTS:
            return None
        wrong = brand_of(name) not in (None, ACTIVE.level.brand)
        if wrong and _expected_missing():
            _not_there(name)
            return None
        if wrong:
            today = spelled(canonical(name), ACTIVE.level.brand)
            LOG.record(name, "brand", today=today)
        return self._spec(name)

    def _spec(self, name: str) -> ModuleSpec | None:
        module = _served(name)
        if module is None:
            _not_there(name)
            return None
        package = hasattr(module, "__path__")
        spec = _spec(name, module, is_package=package)
        if isinstance(module, HostModule):
            _dress(module, name, self.root)
        return spec


class LastFinder:
    """Serves everyday names of the host, and stubs for host requirements that are not installed."""

    def __init__(self, host: HostFinder) -> None:
        self.host = host

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        root = name.partition(".")[0]
        if root in names.GENERIC and known.is_module(name):
            return self.host._spec(name) if absent.wanted_by_pack() else None
        if root not in absent.REQUIREMENTS or not absent.wanted_by_pack():
            return None
        LOG.record(root, "absent", today=absent.REQUIREMENTS[root])
        if LOG.guarded(_IMPORT_ERRORS):
            return None
        return _spec(name, absent.AbsentModule(name), is_package=True)


def _spec(name: str, module: ModuleType, is_package: bool) -> ModuleSpec:
    return ModuleSpec(name, _Loader(module), is_package=is_package)  # type: ignore[arg-type]


def install(root: Path) -> None:
    """Make the host's modules importable; ``root`` is the folder that poses as the host's own.

    One call per process, before anything of a pack is imported; a second call replaces the first.
    The folders a host has (models, input, output, ...) are made below ``root`` when missing.
    """
    uninstall()
    from reference_runtime.host import folders

    folders.prepare(root)
    first = HostFinder(root)
    sys.meta_path.insert(0, first)
    sys.meta_path.append(LastFinder(first))


def uninstall() -> None:
    """Remove the finders and every module they served (for tests)."""
    sys.meta_path[:] = [
        finder for finder in sys.meta_path if not isinstance(finder, (HostFinder, LastFinder))
    ]
    for name, module in list(sys.modules.items()):
        spec = getattr(module, "__spec__", None)
        if not isinstance(getattr(spec, "loader", None), _Loader):
            continue
        module.__dict__.pop("_host_name", None)
        if not name.startswith("reference_runtime."):
            del sys.modules[name]
    _shells.clear()
    forget()


def _served(name: str) -> ModuleType | None:
    """The module for a host name, or None where the pack expects that it may be missing."""
    plain = canonical(name)
    if names.is_api(plain):
        module = _api_module(name)
        if module is not None:
            return module
    elif plain in names.TABLE:
        _record(name, "host")
        return _stand_in(plain)
    return _shell(name, plain)


def _api_module(name: str) -> ModuleType | None:
    try:
        provide: Any = importlib.import_module("reference_runtime.api.modules").provide
    except ModuleNotFoundError:
        return None
    module: ModuleType | None = provide(name)
    return module


_shells: dict[str, HostModule] = {}


def _stand_in(plain: str) -> ModuleType:
    module = importlib.import_module(names.TABLE[plain])
    module.__class__ = HostModule
    if names.is_package(plain):
        module.__path__ = []
    return module


def _shell(name: str, plain: str) -> ModuleType | None:
    """A module without code: its names are stubs, made when they are touched."""
    first = known.module_level(plain)
    if first is None or first.rank > ACTIVE.level.rank:
        if LOG.guarded(_IMPORT_ERRORS):
            return None
        if first is None:
            _record(name, "unknown")
        else:
            LOG.record(name, "newer", level=first.name)
    elif not known.is_package(plain):
        _record(name, "stand-in")
    module = _shells.setdefault(plain, HostModule(name))
    if first is None or names.is_package(plain):
        module.__path__ = []  # makes it a package
    return module


def _record(name: str, kind: Kind) -> None:
    if LOG.pack_frame() is not None:
        LOG.record(name, kind)


def _dress(module: HostModule, name: str, root: Path) -> None:
    """Give the module the name and file that it has on the host."""
    if "_host_name" not in module.__dict__:
        module.__dict__["_host_name"] = name
        module.__name__ = name
        tail = "/__init__.py" if hasattr(module, "__path__") else ".py"
        module.__file__ = str(root / (name.replace(".", "/") + tail))


def _expected_missing() -> bool:
    """Whether the import under way is feature detection."""
    return LOG.guarded(_IMPORT_ERRORS) or _asked_by_find_spec()


def _asked_by_find_spec() -> bool:
    frame = sys._getframe(1)
    while frame is not None and not LOG.is_pack_file(frame.f_code.co_filename):
        if frame.f_code.co_name == "find_spec" and _is_importlib_util(frame.f_code.co_filename):
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _is_importlib_util(file: str) -> bool:
    return "importlib" in file and "util" in file


def _not_there(name: str) -> None:
    """Raise as a host without the module does, except where ``find_spec`` only asks."""
    if not _asked_by_find_spec():
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)
