"""Python to paste: runs a node of a pack on exactly one input, in a process of the reader's own."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.exercise.facts import Case
from reference_runtime.runtime import PackSpec
from studio_conformance.subject import Node


def snippet_of(spec: PackSpec, node: Node, case: Case) -> str:
    """The whole program; it needs this package and what the pack needs, and is not confined."""
    return "\n".join(_lines(spec, node, case)) + "\n"


def _lines(spec: PackSpec, node: Node, case: Case) -> Iterator[str]:
    from reference_runtime.recipes import is_fake, snippet

    yield "from reference_runtime.exercise.paste import run"
    yield "from reference_runtime.recipes import make"
    yield ""
    fakes = [name for name, recipe in case["inputs"].items() if is_fake(recipe)]
    if fakes:
        yield f"# Fakes, small stand-ins without weights: {', '.join(fakes)}"
    yield "inputs = {"
    for name, recipe in case["inputs"].items():
        yield f"    {name!r}: {snippet(recipe)},"
    yield "}"
    mode = "" if spec.mode == "faithful" else f", mode={spec.mode!r}"
    yield f"print(run({str(spec.path)!r}, {node.key!r}, inputs, level={spec.level!r}{mode}))"
