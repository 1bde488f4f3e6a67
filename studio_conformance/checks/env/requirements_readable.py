"""The files that say what the pack needs can be read."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.environments.requirements import BadRequirements, read_requirements
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._requirements import place
from studio_conformance.subject import Pack


@check(
    "ENV-001",
    "requirements-readable",
    title="Every line that says what the pack needs can be understood.",
    why=(
        "An installer stops at the first line it can't read and installs nothing: the pack then "
        "fails at import, for want of packages that it does declare."
    ),
    fix=(
        "Write each requirement as NAME>=VERSION, one a line in requirements.txt or one a text "
        "under [project] dependencies, in UTF-8; remove what a tool or a merge left behind."
    ),
    level="error",
    scope="pack",
)
def requirements_readable(pack: Pack) -> Iterator[Violation]:
    try:
        found = read_requirements(pack.path)
    except BadRequirements as bad:
        for problem in bad.problems:
            yield Violation(problem.message, place(problem.origin))
        return
    if not found.files:
        raise NotApplicable("the pack has no file that asks for packages")
