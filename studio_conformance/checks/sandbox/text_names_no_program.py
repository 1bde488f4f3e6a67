"""A text does not decide which program is started."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-012",
    "text-names-no-program",
    title="A text does not decide which program is started.",
    why=("Whoever posts a prompt starts any program of the machine."),
    fix=("Start programs by a fixed name, or choose from a table of known ones."),
    level="error",
)
def text_names_no_program(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "process", "names the program that is started")
