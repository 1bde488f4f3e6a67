"""Module objects of the API: ordinary names in the module, the rest judged when touched."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

from reference_runtime.api import tables
from reference_runtime.api.levelled import note_name
from reference_runtime.levels import ACTIVE, Brand
from reference_runtime.touches import LOG


class ApiModule(ModuleType):
    """A module of one brand's tree.

    Names of the active level stand in ``__dict__``. Others are served on touch and recorded: newer
    or removed ones, and the other brand's spelling. What no level knows raises AttributeError,
    which ``from ... import`` turns into ImportError.
    """

    def __init__(self, name: str, label: str, brand: Brand, doc: str | None = None) -> None:
        super().__init__(name, doc)
        self.__dict__["_label"] = label
        self.__dict__["_brand"] = brand
        self.__dict__["_lazy"] = {}
        self.__dict__["_other"] = {}

    def fill(
        self,
        objects: dict[str, Any],
        spans: dict[str, tables.Span] | None = None,
        lazy: dict[str, Callable[[], Any]] | None = None,
    ) -> ApiModule:
        """Add objects under their comfy names; those outside their span wait for a touch."""
        rank = ACTIVE.level.rank
        for name, value in objects.items():
            first, last = (spans or {}).get(name, tables.ALWAYS)
            if first <= rank <= last:
                self.__dict__[self._spelled(name)] = value
            else:
                self._other[self._spelled(name)] = (value, (first, last))
        self._lazy.update(lazy or {})
        return self

    def export(self, names: list[str]) -> ApiModule:
        """Set ``__all__``, given in comfy spelling."""
        self.__dict__["__all__"] = [self._spelled(name) for name in names]
        return self

    def _spelled(self, name: str) -> str:
        return tables.BRANDED_NAMES.get(name, name) if self._brand == "studio" else name

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        fields = self.__dict__
        if name in fields["_lazy"]:
            return fields["_lazy"][name]()
        if name in fields["_other"]:
            value, span = fields["_other"][name]
            note_name(f"{fields['_label']}.{name}", span)
            return value
        self._note_prototype(name)
        return self._other_brand(name)

    def _note_prototype(self, name: str) -> None:
        """Record a prototype's name: absent here as in the host, but the author can be told."""
        table = {"io": tables.LEGACY_IO, "ui": tables.LEGACY_UI}.get(self.__dict__["_label"], {})
        if name in table and not LOG.guarded():
            LOG.record(f"{self.__dict__['_label']}.{name}", "legacy", today=table[name])

    def _other_brand(self, name: str) -> Any:
        studio = self.__dict__["_brand"] == "studio"
        today = (tables.BRANDED_NAMES if studio else tables.STUDIO_TO_COMFY).get(name)
        if today is None or not (today in self.__dict__ or today in self.__dict__["_other"]):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if LOG.guarded():
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}, use {today}")
        LOG.record(f"{self.__name__}.{name}", "brand", today=f"{self.__name__}.{today}")
        return getattr(self, today)


class NameGroup(type):
    """Metaclass of ``Input``, ``InputImpl`` and ``Types``: classes that only hold names."""

    def __getattr__(cls, name: str) -> Any:
        lazy: dict[str, Callable[[], Any]] = cls.__dict__.get("_lazy", {})
        if name in lazy:
            return lazy[name]()
        other = cls.__dict__.get("_other", {})
        if name not in other:
            raise AttributeError(f"{cls.__name__} has no {name!r}")
        value, span = other[name]
        note_name(f"{cls.__name__}.{name}", span)
        return value


def name_group(
    name: str,
    objects: dict[str, Any],
    spans: dict[str, tables.Span],
    lazy: dict[str, Callable[[], Any]] | None = None,
) -> type:
    """A class that holds the names of the active level and records touches of the others."""
    rank = ACTIVE.level.rank
    now = {key: value for key, value in objects.items() if spans[key][0] <= rank <= spans[key][1]}
    other = {key: (value, spans[key]) for key, value in objects.items() if key not in now}
    return NameGroup(name, (), {**now, "_other": other, "_lazy": lazy or {}})
