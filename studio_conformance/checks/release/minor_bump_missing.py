"""The version announces what is new."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._release import changes_told, versions_of
from studio_conformance.subject import Pack


@check(
    "RELEASE-026",
    "minor-bump-missing",
    title="The new version announces new nodes, inputs and outputs, and changes that users notice.",
    why=(
        "A workflow made with the new node does not load in an older release of the same minor "
        "version, though the numbers say that both are alike."
    ),
    fix="Release it under the version that the finding names.",
    level="warning",
    scope="pack",
    bump="minor",
)
def minor_bump_missing(pack: Pack) -> Iterator[Violation]:
    """Silent where a larger bump is missing: that is told by the check for it."""
    release = versions_of(pack)
    changes = [*release.unannounced(), *release.unannounced(additions=True)]
    if changes and not any(change.bump == "major" for change in changes):
        yield changes_told(pack, release, changes)
