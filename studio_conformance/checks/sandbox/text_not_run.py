"""A text is not run as code, a template or a module's name."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._escapes import escaped
from studio_conformance.subject import Node


@check(
    "SANDBOX-009",
    "text-not-run",
    title="A text is not run as code, a template or a module's name.",
    why=("Whoever posts a prompt runs any code on the machine; the registry bans such versions."),
    fix=(
        "Parse what is wanted (ast.literal_eval, a table of names, a small grammar); an empty "
        "__builtins__ keeps nobody out."
    ),
    level="error",
)
def text_not_run(node: Node) -> Iterator[Violation]:
    yield from escaped(node, "code", "is run as code")
