"""The pack's requirements go together with those of the other packs of the run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from reference_runtime.environments.errors import Unsolvable
from reference_runtime.environments.requirements import Requirements
from reference_runtime.environments.resolving import check_together
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._requirements import asking, conflict, is_own_fault, readable
from studio_conformance.subject import Pack


@check(
    "ENV-006",
    "packs-agree",
    title="What the pack needs can be installed beside what the other packs of the run need.",
    why=(
        "All packs of a host share one environment: whichever of the two is installed last takes "
        "from the other the versions it needs, and that one stops working."
    ),
    fix=(
        "Widen the requirement that the solver names, on the side that can; else run the packs "
        "in environments of their own (--studio-isolation=venv shows that it works)."
    ),
    level="warning",
    scope="pack",
)
def packs_agree(pack: Pack) -> Iterator[Violation]:
    found = readable(pack.path)
    others = {other: needs for other in pack.beside if (needs := _needs(other)) is not None}
    if not others:
        raise NotApplicable("no other pack of the run asks for packages")
    with asking():
        if _conflict_of(found, *others.values()) is None:
            return
        if is_own_fault(found):
            raise NotApplicable("its own requirements disagree (see ENV-003)")
        for other, needs in others.items():
            unsolvable = _conflict_of(found, needs)
            if unsolvable is not None and not is_own_fault(needs):
                told = f"it can't be installed beside {other.name}"
                yield conflict(found.wanted, unsolvable, told, pack)


def _needs(pack: Path) -> Requirements | None:
    try:
        return readable(pack)
    except NotApplicable:
        return None


def _conflict_of(*needs: Requirements) -> Unsolvable | None:
    """Why packs with these needs can't share an environment; None when they can."""
    wanted = [requirement for each in needs for requirement in each.wanted]
    options = dict.fromkeys(text for each in needs for text, _ in each.options)
    try:
        check_together(wanted, (), options)
    except Unsolvable as unsolvable:
        return unsolvable
    return None
