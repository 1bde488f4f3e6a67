"""Calls and names judged by the active level: what is newer is served, recorded or refused.

A pack written for a newer host should draw a finding that names the level it needs, not a crash;
but where the pack itself asks whether a feature exists, it gets the host's own error.
"""

from __future__ import annotations

import inspect
from abc import ABCMeta
from typing import Any

from reference_runtime.api import tables
from reference_runtime.levels import ACTIVE
from reference_runtime.touches import LOG

_TYPE_ERRORS = frozenset({"TypeError", "Exception", "BaseException"})


def note_name(name: str, span: tables.Span) -> None:
    """Record the touch of a public name that the active level does not have.

    ``name`` is the dotted public name ("io.DynamicCombo"). Raises AttributeError instead when the
    pack's line is feature detection.
    """
    rank = ACTIVE.level.rank
    if span[0] <= rank <= span[1]:
        return
    if LOG.guarded():
        raise AttributeError(f"{ACTIVE.level.name} has no {name}")
    if rank < span[0]:
        LOG.record(name, "newer", level=tables.level_of_rank(span[0]).name)
    else:
        LOG.record(name, "removed", level=tables.level_of_rank(span[1]).name)


def newer_keywords(cls: type) -> dict[str, int]:
    """Keywords of the class's constructor that 0.3.64 lacks, with the first rank that has them."""
    for owner in cls.__mro__:
        found = tables.KEYWORDS.get(getattr(owner, "_table_name", owner.__qualname__))
        if found is not None:
            return found
    return {}


def public_name(cls: type) -> str:
    """How a pack writes the class: "io.Int.Input", "io.Schema", "ui.PreviewImage"."""
    parent = getattr(cls, "Parent", None)
    if parent is None:
        name = getattr(cls, "_table_name", cls.__qualname__)
        return name if name.startswith("ui.") else f"io.{name}"
    return f"io.{parent.__name__}.{'Output' if 'Output' in cls.__name__ else 'Input'}"


def note_keyword(cls: type, keyword: str, rank: int) -> None:
    """Record a constructor keyword newer than the active level; TypeError when it is guarded."""
    if LOG.guarded(_TYPE_ERRORS):
        raise TypeError(f"{cls.__name__}.__init__() got an unexpected keyword argument {keyword!r}")
    level = tables.level_of_rank(rank).name
    LOG.record(f"{public_name(cls)}({keyword}=)", "newer", level=level)


class LevelMeta(ABCMeta):
    """Metaclass of everything a pack constructs: notes newer keywords, remembers what was given.

    ``instance._given`` is the frozenset of the parameter names the caller passed explicitly. It
    derives from ABCMeta so that packs may mix these classes with abstract bases.
    """

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        rank = ACTIVE.level.rank
        for keyword, first in newer_keywords(cls).items():
            if first > rank and keyword in kwargs:
                note_keyword(cls, keyword, first)
        made = super().__call__(*args, **kwargs)
        given = frozenset(_parameters(cls)[: len(args)]) | kwargs.keys()
        object.__setattr__(made, "_given", given)
        return made

    @property
    def __signature__(cls) -> inspect.Signature:
        """The constructor's signature as the active level has it (packs look at it)."""
        full = inspect.signature(cls.__init__)  # type: ignore[misc]
        newer = newer_keywords(cls)
        rank = ACTIVE.level.rank
        keep = [p for p in list(full.parameters.values())[1:] if newer.get(p.name, 0) <= rank]
        return full.replace(parameters=keep)


def _parameters(cls: type) -> tuple[str, ...]:
    code = getattr(cls.__init__, "__code__", None)  # type: ignore[misc]
    return code.co_varnames[1 : code.co_argcount] if code else ()
