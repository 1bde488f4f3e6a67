"""The pack takes the torch that its host has."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.environments.lending import FAMILY
from reference_runtime.environments.requirements import Requirement
from studio_conformance.checks import Violation, check
from studio_conformance.checks._requirements import place, readable
from studio_conformance.subject import Pack

CLOSING = ("==", "===", "<", "<=", "~=")
"""Operators that shut out versions to come."""


@check(
    "ENV-005",
    "torch-left-open",
    title="The pack sets no upper limit to torch, torchvision or torchaudio.",
    why=(
        "The build of torch fits the user's graphics card and driver. An installer that obeys "
        "the limit puts a build from the index in its place: gigabytes, often without CUDA."
    ),
    fix=(
        "Name at most a lower bound (torch>=2.4), or leave torch out: every host brings it. A "
        "pack that can't do without its own says share_torch: false in pyisolate.yaml."
    ),
    level="warning",
    scope="pack",
)
def torch_left_open(pack: Pack) -> Iterator[Violation]:
    found = readable(pack.path)
    if not found.share_torch:
        return
    for requirement in found.wanted:
        if requirement.name in FAMILY and _closes(requirement):
            message = f"{requirement.text!r} allows the host's {requirement.name} no newer version"
            yield Violation(message, place(requirement.origin), requirement.name)


def _closes(requirement: Requirement) -> bool:
    from packaging.requirements import Requirement as Pep508

    specifier = Pep508(requirement.text).specifier
    return bool(requirement.link) or any(part.operator in CLOSING for part in specifier)
