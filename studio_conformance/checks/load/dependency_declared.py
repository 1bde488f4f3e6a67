"""What the pack imports and the host does not bring is declared as a dependency."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from reference_runtime.description import Failure, Problem
from studio_conformance.checks import EnvironmentLacks, NotApplicable, Violation, check
from studio_conformance.checks._evidence import problem_location
from studio_conformance.checks._metadata import declares
from studio_conformance.subject import Pack


@check(
    "LOAD-002",
    "dependency-declared",
    title="Every module the pack needs is its own, the host's, or a declared dependency.",
    why=(
        "Nobody installs what is not declared: the pack fails on every machine but the author's, "
        "where the module happens to be present."
    ),
    fix=(
        "Name the distribution in requirements.txt or under [project] dependencies in "
        "pyproject.toml, or guard the import with try/except ImportError."
    ),
    level="error",
    scope="pack",
)
def dependency_declared(pack: Pack) -> Iterator[Violation]:
    missing = pack.problems("dependency-missing")
    undeclared = [p for p in missing if not is_declared(pack.path, p["failure"])]
    for problem in undeclared:
        module = missing_module(problem)
        message = f"module {module!r} is not installed and the pack does not declare it"
        yield Violation(message, problem_location(pack, problem), module)
    if missing and not undeclared:
        names = ", ".join(missing_module(problem) for problem in missing)
        raise EnvironmentLacks(
            f"this environment lacks {names}, which the pack needs and declares; install the "
            "pack's requirements into it",
            problem_location(pack, missing[0]),
        )
    if pack.problems("import-failed", "exit-at-import", "load-crashed", "load-hung"):
        raise NotApplicable("the pack did not import, for another reason")


def missing_module(problem: Problem) -> str:
    failure = problem["failure"]
    return (failure and failure["missing_module"]) or "?"


def is_declared(path: Path, failure: Failure | None) -> bool:
    """Declared by the pack, or wanted by a library, whose metadata is not the pack's business."""
    if failure is None or failure["missing_module"] is None:
        return False
    frames = re.findall(r'^\s*File "([^"]+)"', failure["traceback"], re.MULTILINE)
    by_library = bool(frames) and not frames[-1].startswith(str(path))
    return by_library or declares(path, failure["missing_module"])
