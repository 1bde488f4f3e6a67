"""Whether a list of options is the author's own, or comes from the files of a machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from reference_runtime.reading import read_regular
from studio_conformance.checks._widgets import LISTS_FILES, schema_role
from studio_conformance.subject import Node


class OptionSources:
    """Reads each module that declares nodes once, as text: to parse all takes seconds."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def volatile(self, node: Node, options: Sequence[Any]) -> bool:
        """Whether the options may be another list on another machine.

        They may where the module names a function that lists files, and one of them does not stand
        in it as written.
        """
        method = node.method(schema_role(node))
        file = method["file"] if method else node.facts["file"]
        text = self._listing(file) if file else ""
        return bool(text) and not all(_written(option, text) for option in options)

    def _listing(self, file: str) -> str:
        """The module's text; empty for one that lists no files, or can't be read."""
        if file not in self._known:
            try:
                text = read_regular(file).decode("utf-8", "replace")
            except OSError:
                text = ""
            self._known[file] = text if any(name in text for name in LISTS_FILES) else ""
        return self._known[file]


def _written(option: Any, text: str) -> bool:
    if isinstance(option, str):
        return f'"{option}"' in text or f"'{option}'" in text
    return not isinstance(option, (list, dict)) and str(option) in text
