"""Importing the pack raises nothing."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import EnvironmentLacks, NotApplicable, Violation, check
from studio_conformance.checks._evidence import (
    STOPPED,
    from_problems,
    needs_real_host,
    problem_location,
)
from studio_conformance.subject import Pack


@check(
    "LOAD-001",
    "import-ok",
    title="The pack can be imported.",
    why=(
        "The host logs the traceback and goes on without the pack: its users find no node of it, "
        "and every workflow that uses one is refused."
    ),
    fix=(
        "Mend the error at the named line. Where the pack can do without a feature, guard its "
        "import with try/except ImportError."
    ),
    level="error",
    scope="pack",
)
def import_ok(pack: Pack) -> Iterator[Violation]:
    for problem in pack.problems("import-failed"):
        if needs_real_host(problem["failure"]):
            raise EnvironmentLacks(problem["message"], problem_location(pack, problem))
    yield from from_problems(pack, "import-failed")
    others = pack.problems(*STOPPED)
    if others and others[0]["kind"] != "import-failed":
        raise NotApplicable(f"the import ended in another way ({others[0]['kind']})")
