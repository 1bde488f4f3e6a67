"""The pack under test as the checks see it: its description, and where things stand in its source.

A thin, typed face over ``reference_runtime.description``; it holds no object of the pack and never
imports it. Locations come from the description (the worker knows where classes and methods are) and
are refined by reading the source with ``ast``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from reference_runtime.description import (
    HiddenFacts,
    InputFacts,
    MethodFacts,
    NodeDescription,
    OutputFacts,
    PackDescription,
    Problem,
    ValueFacts,
)
from reference_runtime.exercise.facts import NodeExecution
from reference_runtime.levels import Level, level_named
from studio_conformance.checks import Location, NotReached
from studio_conformance.source import SourceIndex

if TYPE_CHECKING:
    from reference_runtime.escapes.facts import RoutesFacts
    from studio_conformance.release.gate import Release

Exercise = Callable[["Node"], NodeExecution]
"""Runs a node on its cases; called once for each node, and only when a check asks."""


class PackSoFar:
    """What is known of a pack while its nodes are still being described.

    ``path`` is the folder or single file that was asked for, absolute.
    """

    def __init__(self, path: Path, level: Level, source: SourceIndex) -> None:
        self.path = path
        self.level = level
        self.source = source

    @cached_property
    def entry_file(self) -> Path:
        """The file the host imports: ``__init__.py`` of a folder, or the single file."""
        return self.path / "__init__.py" if self.path.is_dir() else self.path

    def at(self, file: str | None = None, line: int | None = None) -> Location:
        """A location; what is not known falls back to the first line of the entry file."""
        return Location(file or str(self.entry_file), line or 1)


class Pack(PackSoFar):
    """A pack that was loaded (or failed to load) in a worker."""

    def __init__(
        self, path: Path, description: PackDescription, source: SourceIndex | None = None
    ) -> None:
        super().__init__(path, level_named(description["level"]), source or SourceIndex(path))
        self.description = description
        self.exercise: Exercise | None = None
        """How nodes of this pack are run; None where only its description is at hand."""
        self.call_routes: Callable[[], RoutesFacts] | None = None
        """How its routes are called; None where they can't be."""
        self.beside: tuple[Path, ...] = ()
        """Other packs of the run."""
        self.release: Release | None = None
        """What changed since an earlier release; None where none was asked for."""
        self.nodes = [Node(self, node) for node in description["nodes"]]

    @property
    def name(self) -> str:
        return self.description["load"]["name"]

    def problems(self, *kinds: str) -> list[Problem]:
        """The loading problems of the given kinds, in the order they happened."""
        return [p for p in self.description["problems"] if p["kind"] in kinds]


class Node:
    """One node of a pack. See ``NodeDescription`` for the meaning of the facts."""

    def __init__(self, pack: Pack, facts: NodeDescription) -> None:
        self.pack = pack
        self.facts = facts

    @property
    def level(self) -> Level:
        return self.pack.level

    @property
    def key(self) -> str:
        return self.facts["key"]

    @property
    def kind(self) -> str:
        return self.facts["kind"]

    @property
    def described(self) -> bool:
        """Whether the node gave a schema; if not, only ``facts["failure"]`` speaks."""
        return self.facts["failure"] is None

    @property
    def inputs(self) -> list[InputFacts]:
        return self.facts["inputs"]

    @property
    def outputs(self) -> list[OutputFacts]:
        return self.facts["outputs"]

    @property
    def hidden(self) -> list[HiddenFacts]:
        return self.facts["hidden"]

    def method(self, role: str) -> MethodFacts | None:
        """The method in this role (see ``NodeDescription.methods``), or None."""
        return self.facts["methods"].get(role)

    def attribute(self, name: str) -> ValueFacts | None:
        """A v1-face class attribute, or None when the class has none."""
        return self.facts["attributes"].get(name)

    def flag(self, name: str) -> bool:
        """A boolean schema field (v3) such as ``is_output_node``; False without a schema."""
        schema = self.facts["schema"]
        return bool(schema and schema["fields"].get(name))

    @property
    def execution(self) -> NodeExecution:
        """What was seen when the node ran; the first use runs it. Raises NotReached.

        Where running it broke the harness, each use raises the same error again.
        """
        found = self._execution
        if isinstance(found, Exception):
            raise found
        return found

    @cached_property
    def _execution(self) -> NodeExecution | Exception:
        if self.pack.exercise is None:
            return NotReached("the node was not run: only its description is at hand")
        try:
            return self.pack.exercise(self)
        except Exception as error:
            return error

    @property
    def location(self) -> Location:
        """The class statement."""
        return self.pack.at(self.facts["file"], self.facts["line"])

    def locate(self, name: str) -> Location:
        """Where the class's source mentions the string ``name`` (an input or output id).

        Looked for in define_schema / INPUT_TYPES first, then in the class body and its bases in the
        same file; falls back to the method, then to the class statement.
        """
        for role in ("define_schema", "INPUT_TYPES"):
            method = self.method(role)
            if method and method["file"] and method["line"]:
                line = self.pack.source.find_string(method["file"], method["line"], name)
                return Location(method["file"], line or method["line"])
        return self.locate_attribute(name)

    def locate_attribute(self, name: str) -> Location:
        """Where the class body assigns ``name`` or mentions it as a string; else the class."""
        where = self.location
        line = self.pack.source.find_assignment(where.file, where.line, name)
        line = line or self.pack.source.find_string(where.file, where.line, name)
        return Location(where.file, line or where.line)

    def locate_method(self, role: str) -> Location:
        """The ``def`` line of the method in this role; else the class statement."""
        method = self.method(role)
        if method and method["file"] and method["line"]:
            return Location(method["file"], method["line"])
        return self.location
