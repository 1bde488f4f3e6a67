"""Whether a list of options is the author's own, or comes from the files of a machine."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from studio_conformance.checks._widgets import lists_files, schema_role
from studio_conformance.source import SourceIndex
from studio_conformance.subject import Node


class OptionSources:
    """Reads each module that declares nodes once: what it calls, and which texts it holds."""

    def __init__(self, source: SourceIndex) -> None:
        self._source = source
        self._known: dict[str, tuple[bool, frozenset[Any]]] = {}

    def volatile(self, node: Node, options: Sequence[Any]) -> bool:
        """Whether the options may be another list on another machine.

        They may where the module lists files and one of them does not stand in it as written.
        """
        method = node.method(schema_role(node))
        file = method["file"] if method else node.facts["file"]
        if file is None:
            return False
        lists, texts = self._read(file)
        return lists and not all(_among(option, texts) for option in options)

    def _read(self, file: str) -> tuple[bool, frozenset[Any]]:
        if file not in self._known:
            nodes = list(ast.walk(tree)) if (tree := self._source.tree(file)) else []
            texts = (each.value for each in nodes if isinstance(each, ast.Constant))
            self._known[file] = lists_files(nodes), frozenset(texts)
        return self._known[file]


def _among(option: Any, texts: frozenset[Any]) -> bool:
    return not isinstance(option, (list, dict)) and option in texts
