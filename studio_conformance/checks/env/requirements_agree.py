"""The pack's requirements can be had together."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.environments.errors import Unsolvable
from studio_conformance.checks import Violation, check
from studio_conformance.checks._requirements import agree, asking, conflict, readable
from studio_conformance.subject import Pack


@check(
    "ENV-003",
    "requirements-agree",
    title="All that the pack needs can be installed together.",
    why=(
        "No installer finds versions that satisfy all of it, so the user gets an error, or a "
        "forced mixture that breaks at some later import."
    ),
    fix=(
        "Loosen or update the requirement that the solver names, and keep pyproject.toml, "
        "requirements.txt and manifests alike: all of them count."
    ),
    level="error",
    scope="pack",
)
def requirements_agree(pack: Pack) -> Iterator[Violation]:
    found = readable(pack.path)
    with asking():
        try:
            agree(found)
        except Unsolvable as unsolvable:
            told = "the requirements can't be had together"
            yield conflict(found.wanted, unsolvable, told, pack)
