"""Importing the pack opens no connection."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import from_effects
from studio_conformance.subject import Pack


@check(
    "LOAD-031",
    "no-network",
    title="Importing the pack does not use the network.",
    why=(
        "The host starts slowly, or not at all behind a firewall or offline, and the user is "
        "not asked whether the machine may talk to that server."
    ),
    fix=(
        "Fetch what is needed when the user runs the node that needs it, with a timeout, and "
        "keep it."
    ),
    level="warning",
    scope="pack",
)
def no_network(pack: Pack) -> Iterator[Violation]:
    yield from from_effects(pack, "network used at import", "network")
