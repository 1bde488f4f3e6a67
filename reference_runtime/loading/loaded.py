"""What loading a pack gives: candidates for nodes, problems, and all it takes to describe them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Literal

from reference_runtime.description import Problem
from reference_runtime.levels import Level
from reference_runtime.loading.awaiting import Runner
from reference_runtime.loading.lines import assignment_line
from reference_runtime.loading.place import Place

Progress = Callable[[str], None]


@dataclass
class Candidate:
    """A class that may become a node.

    ``key`` is its name in NODE_CLASS_MAPPINGS (None: its schema will tell); ``blocked`` says why
    the host would not register it, although nothing is wrong with the class itself.
    """

    cls: Any
    key: str | None = None
    display_name: str | None = None
    blocked: str | None = None

    @property
    def label(self) -> str:
        """How progress and deaths call it before its schema is known."""
        return self.key or getattr(self.cls, "__name__", None) or repr(type(self.cls))


@dataclass
class Loaded:
    """What came of loading a pack."""

    place: Place
    level: Level
    runner: Runner
    progress: Progress
    module: ModuleType | None = None
    route: Literal["v1", "v3", "none"] = "none"
    candidates: list[Candidate] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    extension: Any = None
    mapping_size: int | None = None
    seconds: float = 0.0
    modules: int = 0

    def note(self, problem: Problem) -> None:
        self.problems.append(problem)


def value_location(loaded: Loaded, name: str) -> tuple[str | None, int | None]:
    """File and line of the module-level assignment or definition of ``name`` in the entry file."""
    file = str(loaded.place.entry_file)
    line = assignment_line(file, name)
    return (file, line) if line else (None, None)
