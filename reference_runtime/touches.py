"""What a pack touched of the host: which name, when, from which line.

Stand-ins and API modules report here; the worker sends the log to the host process, where checks
turn it into findings. Standard library only.
"""

from __future__ import annotations

import ast
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from itertools import islice
from types import FrameType
from typing import Any, Literal

Phase = Literal["import", "schema", "run"]
Kind = Literal["host", "stand-in", "unknown", "newer", "removed", "brand", "legacy", "absent"]
"""host: a name we serve for real; stand-in: model code that imports but does not run; unknown: a
host-like name we don't know, served by the fallback finder; newer / removed: exists only above /
below the active level; brand: belongs to the other brand's host; legacy: a prototype's name;
absent: a package that every host installs (torchvision, ...) but this environment lacks, served
as a stub."""


@dataclass(frozen=True)
class Touch:
    """One host name a pack touched for the first time in a phase, and the pack's line that did."""

    name: str
    kind: Kind
    phase: Phase
    file: str | None
    line: int | None
    level: str | None = None
    """For newer / removed: the level that has the name."""
    today: str | None = None
    """For legacy and brand: the name to use instead."""


class TouchLog:
    """Collects touches, one per (name, kind, phase), and knows which frames are the pack's."""

    def __init__(self) -> None:
        self.phase: Phase = "import"
        self.roots: tuple[str, ...] = ()
        self._touches: dict[tuple[str, str, str], Touch] = {}

    def watch(self, *roots: str) -> None:
        """Count frames whose file lies under one of ``roots`` (absolute paths) as the pack's."""
        self.roots = roots

    def is_pack_file(self, file: str) -> bool:
        return any(file == root or file.startswith(root.rstrip("/\\") + "/") for root in self.roots)

    def pack_frame(self) -> FrameType | None:
        """The innermost frame that runs code of the pack, or None."""
        frame: FrameType | None = sys._getframe(1)
        while frame is not None and not self.is_pack_file(frame.f_code.co_filename):
            frame = frame.f_back
        return frame

    def record(
        self, name: str, kind: Kind, *, level: str | None = None, today: str | None = None
    ) -> None:
        """Note that the pack touched ``name``; later touches in the same phase are dropped."""
        key = (name, kind, self.phase)
        if key in self._touches:
            return
        frame = self.pack_frame()
        file = frame.f_code.co_filename if frame else None
        line = frame.f_lineno if frame else None
        self._touches[key] = Touch(name, kind, self.phase, file, line, level, today)

    def guarded(self, catches: frozenset[str] | None = None) -> bool:
        """Whether the pack's current line expects the name to be missing.

        True inside ``try`` with a handler for ImportError, AttributeError or wider (or for the
        exception names ``catches``), and in a ``hasattr`` or three-argument ``getattr``: there the
        host's own error is the right answer, because the pack detects features.
        """
        frame = self.pack_frame()
        if frame is None:
            return False
        return is_guarded(frame.f_code.co_filename, frame.f_lineno, catches or _CATCHES)

    def as_dicts(self, start: int = 0) -> list[dict[str, Any]]:
        """The touches from the ``start``-th on, oldest first."""
        return [asdict(touch) for touch in islice(self._touches.values(), start, None)]

    def clear(self) -> None:
        self._touches.clear()
        self.phase = "import"


LOG = TouchLog()

_CATCHES = frozenset(
    {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception", "BaseException"}
)


def is_guarded(file: str, line: int, catches: frozenset[str] = _CATCHES) -> bool:
    """Whether ``line`` of ``file`` is where one of ``catches`` is expected (see ``guarded``)."""
    return any(first <= line <= last for first, last in _guarded_spans(file, catches))


@lru_cache(maxsize=512)
def _guarded_spans(file: str, catches: frozenset[str]) -> tuple[tuple[int, int], ...]:
    try:
        with open(file, encoding="utf-8") as source:
            tree = ast.parse(source.read())
    except (OSError, SyntaxError, ValueError):
        return ()
    return tuple(span for node in ast.walk(tree) if (span := _span(node, catches)))


def _span(node: ast.AST, catches: frozenset[str]) -> tuple[int, int] | None:
    if isinstance(node, ast.Try) and any(_catches(each, catches) for each in node.handlers):
        last = node.body[-1]
        return node.body[0].lineno, last.end_lineno or last.lineno
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        wants_default = node.func.id == "getattr" and len(node.args) == 3
        if node.func.id == "hasattr" or wants_default:
            return node.lineno, node.end_lineno or node.lineno
    return None


def _catches(handler: ast.ExceptHandler, names_wanted: frozenset[str]) -> bool:
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {getattr(kind, "id", getattr(kind, "attr", "")) for kind in types}
    return bool(names & names_wanted)
