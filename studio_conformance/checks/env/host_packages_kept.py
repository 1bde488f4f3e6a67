"""Installing the pack's requirements leaves the host's own packages as they are."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.environments.errors import Unsolvable
from reference_runtime.environments.lending import FAMILY, asked_of_the_family, unmet
from reference_runtime.environments.requirements import Requirements
from reference_runtime.environments.resolving import check_together, host_pins, host_versions
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._requirements import asking, conflict, is_own_fault, place, readable
from studio_conformance.subject import Pack


@check(
    "ENV-004",
    "host-packages-kept",
    title="The pack's requirements leave the versions of the host's own packages alone.",
    why=(
        "The host and all packs share one environment: to install this pack, numpy, torch or "
        "pillow are replaced by other versions for everybody, and what worked before breaks."
    ),
    fix=(
        "Widen the requirement so that the host's version fits, and mend the code that needs "
        "the other one; don't pin what the host brings."
    ),
    level="warning",
    scope="pack",
)
def host_packages_kept(pack: Pack) -> Iterator[Violation]:
    found = readable(pack.path)
    yield from _family(found)
    with asking():
        try:
            check_together(found.wanted, host_pins())
        except Unsolvable as unsolvable:
            if is_own_fault(found):
                raise NotApplicable("its own requirements disagree (see ENV-003)") from None
            told = "packages of the host would have to change"
            yield conflict(found.wanted, unsolvable, told, pack)


def _family(found: Requirements) -> Iterator[Violation]:
    """The torch family is compared by version: an index need not have the host's build of it."""
    versions = host_versions(FAMILY)
    for requirement in asked_of_the_family(found.wanted):
        for _, text, version in unmet([("", [requirement.text])], versions):
            message = f"{text} does not fit {requirement.name} {version} of the host"
            yield Violation(message, place(requirement.origin), requirement.name)
