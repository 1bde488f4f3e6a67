"""What the pack needs comes as packages of an index."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._requirements import place, readable
from studio_conformance.subject import Pack


@check(
    "ENV-002",
    "requirements-installable",
    title="Everything the pack needs is a named package of an index.",
    why=(
        "A link to a repository is another thing tomorrow, needs git and a compiler on the user's "
        "machine, and can't be weighed against what other packs need; a path exists on the "
        "author's disk alone."
    ),
    fix=(
        "Depend on a released version by name (NAME>=VERSION). Where upstream has no release, "
        "publish one, or ship the code inside the pack."
    ),
    level="warning",
    scope="pack",
)
def requirements_installable(pack: Pack) -> Iterator[Violation]:
    found = readable(pack.path)
    for remark in found.refused:
        yield Violation(remark.message, place(remark.origin))
    for requirement in found.wanted:
        if requirement.link:
            message = f"{requirement.text!r} is a link, not a package of an index"
            yield Violation(message, place(requirement.origin), requirement.name or None)
