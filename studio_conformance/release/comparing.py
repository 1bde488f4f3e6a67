"""A loaded pack compared with an earlier release, which is described in a worker of its own."""

from __future__ import annotations

from dataclasses import replace

from reference_runtime.runtime import EnvironmentBroken, PackSpec, inspect_pack
from studio_conformance.packs import Target
from studio_conformance.release.baseline import BadBaseline, Earlier
from studio_conformance.release.gate import Facts, Release, compared, facts_of
from studio_conformance.release.interface import Interface, interface_of
from studio_conformance.release.places import placed_in_pack
from studio_conformance.subject import Pack


class NotDescribed(Exception):
    """An earlier release does not load here; the message says why."""


def release_of(earlier: Earlier, pack: Pack, target: Target, spec: PackSpec) -> Release:
    """Describe the earlier release as ``spec`` describes the pack, and compare.

    Raises BadBaseline when it is another pack's.
    """
    try:
        return release_by(facts_of(earlier, interface_in(earlier, spec)), pack, target)
    except BadBaseline:
        raise
    except NotDescribed as error:
        why = str(error)
    except (
        Exception
    ) as error:  # A defect of the harness: the other families are judged all the same.
        why = f"the harness broke: {type(error).__name__}: {error}"
    return release_by(facts_of(earlier, None, why), pack, target)


def release_by(facts: Facts, pack: Pack, target: Target, *, ordered: bool = True) -> Release:
    """The comparison by facts that are known already, its changes placed in the pack's source."""
    release = compared(facts, interface_of(pack, target.name, target.version), ordered=ordered)
    return replace(release, changes=tuple(placed_in_pack(list(release.changes), pack)))


def interface_in(earlier: Earlier, spec: PackSpec) -> Interface | None:
    """What the earlier release offers; None where there is none. Raises NotDescribed."""
    if earlier.interface is not None or earlier.path is None:
        return earlier.interface
    pack = described(replace(spec, path=earlier.path))
    return interface_of(pack, earlier.name or earlier.path.stem, earlier.version)


def described(spec: PackSpec) -> Pack:
    """The pack at ``spec.path``, described in a confined worker whatever ``spec`` says."""
    try:
        description = inspect_pack(replace(spec, isolated=True)).description
    except (EnvironmentBroken, OSError) as error:
        raise NotDescribed(str(error)) from None
    pack = Pack(spec.path, description)
    if not pack.nodes:
        told = [problem["message"] for problem in description["problems"]]
        raise NotDescribed(told[0] if told else "it has no node")
    return pack
