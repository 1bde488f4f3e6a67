"""The version announces what breaks."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import changes_told, versions_of
from studio_conformance.subject import Pack


@check(
    "RELEASE-025",
    "version-bump-too-small",
    title="The new version announces every change that breaks somebody.",
    why=(
        "Users and package managers update within a major version without looking (below 1.0.0: "
        "within a minor one), and find their workflows broken."
    ),
    fix="Release it under the version that the finding names, or take the changes back.",
    level="error",
    scope="pack",
    bump="major",
)
def version_bump_too_small(pack: Pack) -> Iterator[Violation]:
    release = versions_of(pack)
    breaking = [change for change in release.unannounced() if change.bump == "major"]
    if breaking:
        yield changes_told(pack, release, breaking)
