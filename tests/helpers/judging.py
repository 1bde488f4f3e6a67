"""Judge a made-up description by one check."""

from __future__ import annotations

from pathlib import Path

from reference_runtime.description import PackDescription
from studio_conformance.checks import Violation, all_checks
from studio_conformance.subject import Node, Pack


def write_pack(root: Path, **files: str) -> Path:
    """A pack folder with the given modules (``__init__`` is empty unless given)."""
    folder = root / "mypack"
    folder.mkdir(exist_ok=True)
    for name, text in ({"__init__": ""} | files).items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def on_pack(code: str, path: Path, description: PackDescription) -> list[Violation]:
    """What the check ``code`` says about the pack; raises NotApplicable as the check does."""
    return all_checks()[code].judge(Pack(path, description))


def on_nodes(code: str, path: Path, description: PackDescription) -> list[Violation]:
    """What the check ``code`` says about all nodes of the pack, one after another."""
    check = all_checks()[code]
    nodes = [Node(Pack(path, description), facts) for facts in description["nodes"]]
    return [violation for node in nodes for violation in check.judge(node)]
