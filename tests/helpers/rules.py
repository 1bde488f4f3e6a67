"""A small table of checks for tests of what runs checks, independent of the shipped ones."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Check, Location, NotApplicable, Violation
from studio_conformance.subject import Node, Pack


def _import_ok(pack: Pack) -> Iterator[Violation]:
    for problem in pack.problems("import-failed"):
        yield Violation(problem["message"], pack.at(problem["file"], problem["line"]))


def _tidy_pack(pack: Pack) -> Iterator[Violation]:
    raise NotApplicable("every pack is tidy")
    yield


def _good_inputs(node: Node) -> Iterator[Violation]:
    for facts in node.inputs:
        if facts["id"].startswith("bad"):
            yield Violation(f"input {facts['id']!r} is bad", node.location, facts["id"])


def _has_inputs(node: Node) -> Iterator[Violation]:
    if not node.inputs:
        yield Violation("the node has no input", Location("/packs/mypack/nodes.py", 7))


def _sturdy(node: Node) -> Iterator[Violation]:
    if node.key == "BreaksTheCheck":
        raise KeyError("oops")
    return iter(())


def _rule(code: str, slug: str, run: object, **fields: object) -> Check:
    known = {"level": "error", "scope": "node"}
    texts = {"title": f"{slug} holds.", "why": f"why {slug}", "fix": f"fix {slug}"}
    return Check(code=code, slug=slug, run=run, **{**texts, **known, **fields})  # type: ignore[arg-type]


RULES: dict[str, Check] = {
    check.code: check
    for check in (
        _rule("LOAD-001", "import-ok", _import_ok, scope="pack"),
        _rule("SCHEMA-001", "good-inputs", _good_inputs),
        _rule("SCHEMA-002", "has-inputs", _has_inputs, level="warning"),
        _rule("V1-001", "sturdy", _sturdy, kinds=("v1",)),
        _rule("COMPAT-001", "tidy-pack", _tidy_pack, scope="pack"),
    )
}
