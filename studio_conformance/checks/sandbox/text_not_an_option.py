"""A text is not taken for an option of a program."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-011",
    "text-not-an-option",
    title="A text is not taken for an option of a program.",
    why=("An option such as --output turns a harmless program into one that overwrites files."),
    fix=("Put '--' before texts, or './' before names of files."),
    level="error",
)
def text_not_an_option(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "argument", "is taken for an option")
