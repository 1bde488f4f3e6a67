"""The type of every stand-in module: it notes which of its names the pack touches, and when."""

from __future__ import annotations

import importlib
import sys
from types import FrameType, ModuleType
from typing import Any

from reference_runtime.host import known, names
from reference_runtime.host.core_classes import core_class
from reference_runtime.host.core_v3 import v3_class
from reference_runtime.host.spelling import canonical
from reference_runtime.host.stubs import is_dunder, kind_of, make_stub
from reference_runtime.levels import ACTIVE
from reference_runtime.touches import LOG

_SEEN: set[tuple[str, str, str]] = set()
# Not kept in the module itself: a name that is missing stays missing where the pack expects that.
_MADE: dict[tuple[str, str], Any] = {}


class HostModule(ModuleType):
    """A module served under a host name.

    Reading a name from the pack's own code records a touch, once per name and phase; our own
    modules read freely. A name that is not there is a submodule, a stand-in for what the real host
    has under that name, or unknown.
    """

    def __getattribute__(self, name: str) -> Any:
        value = super().__getattribute__(name)
        if name[:2] != "__":
            _note(self, name, value, sys._getframe(1))
        return value

    def __getattr__(self, name: str) -> Any:
        if is_dunder(name):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        child = f"{self.__name__}.{name}"
        if names.is_module(canonical(child)):
            return importlib.import_module(child)
        if _by_import_system(sys._getframe(1)) and not _has(canonical(self.__name__), name):
            # ``from package import name`` asks for the attribute first, then for the submodule.
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if (self.__name__, name) not in _MADE or LOG.guarded():
            _MADE[self.__name__, name] = _missing(self.__name__, name)
        value = _MADE[self.__name__, name]
        _note(self, name, value, sys._getframe(1))
        return value


def _note(module: HostModule, name: str, value: object, caller: FrameType) -> None:
    key = (module.__name__, name, LOG.phase)
    if key in _SEEN or not LOG.is_pack_file(caller.f_code.co_filename):
        return
    first = known.first_level(canonical(module.__name__), name)
    newer = first is not None and first.rank > ACTIVE.level.rank
    if newer and LOG.guarded():
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
    _SEEN.add(key)
    if first is not None and newer:
        LOG.record(f"{module.__name__}.{name}", "newer", level=first.name)
    elif not isinstance(value, ModuleType):
        LOG.record(f"{module.__name__}.{name}", kind_of(value))


def forget() -> None:
    """Note every name afresh (after ``LOG.clear``)."""
    _SEEN.clear()
    _MADE.clear()


def _by_import_system(caller: FrameType) -> bool:
    return caller.f_code.co_filename.startswith("<frozen importlib")


def _has(module: str, name: str) -> bool:
    """Whether a real host's module has the name (canonical module name)."""
    return known.first_level(module, name) is not None or _host_class(module, name) is not None


def _host_class(module: str, name: str) -> type | None:
    """The host's own node class of that name, v1 or v3."""
    return core_class(module, name) or v3_class(module, name)


def _missing(module: str, name: str) -> Any:
    """A stub for a name that the stand-in lacks; AttributeError where the pack expects that."""
    built = _host_class(canonical(module), name)
    if built is not None:
        return built
    first = known.first_level(canonical(module), name)
    if first is not None and first.rank <= ACTIVE.level.rank:
        return make_stub(f"{module}.{name}", "stand-in")
    if LOG.guarded():
        raise AttributeError(f"module {module!r} has no attribute {name!r}")
    if first is None:
        return make_stub(f"{module}.{name}", "unknown")
    return make_stub(f"{module}.{name}", "newer")
