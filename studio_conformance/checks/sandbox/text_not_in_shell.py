"""A text does not become a part of a shell's command."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-010",
    "text-not-in-shell",
    title="A text does not become a part of a shell's command.",
    why=("A semicolon or a backtick in a widget runs any command with the rights of the host."),
    fix=("Start the program by a list of arguments and without shell=True."),
    level="error",
)
def text_not_in_shell(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "shell", "is read by a shell")
