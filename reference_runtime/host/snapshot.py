"""What of the host's modules a pack has replaced with code of its own.

A replacement is recognised by where its code stands: a function or class of the pack's that is an
attribute of a module, of a class or of an instance of the host. Values without code (lists that a
pack extends, as hosts invite it to) do not count.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from reference_runtime.host import module as host_module
from reference_runtime.touches import LOG


@dataclass(frozen=True)
class Change:
    """A replaced name of the host, and where the pack's code that took its place begins."""

    name: str
    file: str | None
    line: int | None


class Snapshot:
    """The host as it should be: its stand-ins are ours, so nothing need be copied to know it."""

    def changes(self) -> list[Change]:
        """Every replaced name, once, in order of module and name."""
        found: dict[tuple[int, str], Change] = {}
        for owner, label in _owners():
            for name, value in list(_own(owner).items()):
                place = _place(value)
                if place is not None and (id(owner), name) not in found:
                    found[id(owner), name] = Change(f"{label}.{name}", *place)
        return sorted(found.values(), key=lambda change: change.name)


def take() -> Snapshot:
    """Begin to watch the host's modules."""
    return Snapshot()


def _owners() -> Iterator[tuple[Any, str]]:
    """The host's modules, the classes in them, and the instances that stand in those."""
    for module_name, module in _modules():
        yield module, module_name
        for name, value in list(vars(module).items()) + _stubs(module_name):
            yield from _inside(value, f"{module_name}.{name}")


def _modules() -> list[tuple[str, ModuleType]]:
    """The modules served up to now, by the name that packs import them under."""
    api: Any = sys.modules.get("reference_runtime.api.modules")
    built = list(api._built.values()) if api else []
    loaded = [m for m in list(sys.modules.values()) if isinstance(m, host_module.HostModule)]
    return sorted({module.__name__: module for module in built + loaded}.items())


def _stubs(module_name: str) -> list[tuple[str, Any]]:
    """Names that have no stand-in: what was made for them when they were touched."""
    made = host_module._MADE
    return [(name, value) for (owner, name), value in list(made.items()) if owner == module_name]


def _inside(value: Any, label: str) -> Iterator[tuple[Any, str]]:
    if not isinstance(value, type) or _place(value) is not None:
        return
    yield value, label
    for name, member in list(vars(value).items()):
        if type(member) is value:
            yield member, f"{label}.{name}"


def _own(owner: Any) -> dict[str, Any]:
    own: dict[str, Any] = getattr(owner, "__dict__", {})
    return own


def _place(value: Any) -> tuple[str, int] | None:
    """File and first line of the value's code when it is the pack's; None for all else."""
    if isinstance(value, (staticmethod, classmethod)):
        value = value.__func__
    if isinstance(value, functools.partial):
        value = value.func
    if isinstance(value, type):
        return _class_place(value)
    code = getattr(value, "__code__", None) if inspect.isroutine(value) else None
    if code is None or not LOG.is_pack_file(code.co_filename):
        return None
    return code.co_filename, code.co_firstlineno


def _class_place(value: type) -> tuple[str, int] | None:
    file = getattr(sys.modules.get(value.__module__), "__file__", None)
    if not isinstance(file, str) or not LOG.is_pack_file(file):
        return None
    try:
        return file, inspect.getsourcelines(value)[1]
    except (OSError, TypeError):
        return file, 1
