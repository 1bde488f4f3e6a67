"""What checks of family ENV ask about a pack's requirements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from reference_runtime.environments.errors import CannotBuild, MachineLacks, Unsolvable
from reference_runtime.environments.interpreters import choose
from reference_runtime.environments.requirements import (
    BadRequirements,
    Origin,
    Requirement,
    Requirements,
    read_requirements,
)
from reference_runtime.environments.resolving import SourceOnly, check_together, named_in
from studio_conformance.checks import (
    EnvironmentLacks,
    Location,
    NotApplicable,
    NotReached,
    Violation,
)
from studio_conformance.subject import Pack


def place(origin: Origin) -> Location:
    return Location(origin.file, origin.line or 1)


def readable(pack: Path) -> Requirements:
    """The pack's requirements. Raises NotApplicable where there are none, or none can be read."""
    try:
        found = read_requirements(pack)
    except BadRequirements:
        raise NotApplicable("its requirements can't be read (see ENV-001)") from None
    if not (found.wanted or found.refused or found.options):
        raise NotApplicable("the pack asks for no package")
    return found


def is_own_fault(found: Requirements) -> bool:
    """Whether a pack's requirements disagree among themselves, for all that is known."""
    try:
        agree(found)
    except Unsolvable:
        return True
    except CannotBuild:
        return False  # no index was reached: what was found without one stands
    return False


def agree(found: Requirements) -> None:
    """Ask whether a pack's own requirements can be had together, on the Python it asks for."""
    constraints = [constraint.text for constraint in found.constraints]
    options = [text for text, _ in found.options]
    check_together(found.wanted, constraints, options, choose(found).path)


@contextmanager
def asking() -> Iterator[None]:
    """Turn what keeps uv from answering into outcomes of a check; lets Unsolvable pass."""
    try:
        yield
    except Unsolvable:
        raise
    except SourceOnly as source:
        raise NotReached(f"only building a source would tell: {source}") from None
    except MachineLacks as lacking:
        raise EnvironmentLacks(f"{lacking}; or leave it out: --studio-ignore=ENV") from None
    except CannotBuild as refused:
        raise EnvironmentLacks(str(refused)) from None


def conflict(
    wanted: Iterable[Requirement], unsolvable: Unsolvable, told: str, pack: Pack
) -> Violation:
    """A violation at the first requirement that the solver speaks of."""
    about = named_in(wanted, unsolvable.explanation)
    where = place(about[0].origin) if about else pack.at()
    reason = " ".join(unsolvable.explanation.split())
    names = about[0].name if about else None
    return Violation(f"{told}: {reason}", where, names)
