"""prestartup_script.py runs through."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import EnvironmentLacks, Violation, check
from studio_conformance.checks._evidence import problem_location
from studio_conformance.checks.load.dependency_declared import is_declared
from studio_conformance.subject import Pack


@check(
    "LOAD-006",
    "prestartup-ok",
    title="The prestartup script runs without an error.",
    why=(
        "The host logs the error and goes on, so whatever the script should have prepared is "
        "missing when the pack is imported."
    ),
    fix=(
        "Mend the error at the named line of prestartup_script.py, or drop the script if nothing "
        "needs it."
    ),
    level="error",
    scope="pack",
)
def prestartup_ok(pack: Pack) -> Iterator[Violation]:
    for problem in pack.problems("prestartup-failed"):
        where = problem_location(pack, problem)
        if is_declared(pack.path, problem["failure"]):
            raise EnvironmentLacks(f"{problem['message']}; the pack declares it", where)
        yield Violation(problem["message"], where)
