"""What checks share: loading problems, side effects and touches of a pack as violations."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any

from reference_runtime.description import Failure, Problem, SideEffect
from reference_runtime.loading.place import Place
from studio_conformance.checks import Location, NotApplicable, Violation
from studio_conformance.subject import Pack

STOPPED = (
    "import-failed",
    "dependency-missing",
    "exit-at-import",
    "load-crashed",
    "load-hung",
)
"""Problems after which nothing is known about what the pack offers."""


def from_problems(pack: Pack, *kinds: str) -> Iterator[Violation]:
    """One violation for each loading problem of the given kinds, where it happened."""
    for problem in pack.problems(*kinds):
        yield Violation(problem["message"], problem_location(pack, problem), problem["node"])


def problem_location(pack: Pack, problem: Problem) -> Location:
    """Where the problem stands: its own line, else the innermost line of the pack that raised."""
    failure = problem["failure"]
    if problem["file"] is None and failure is not None:
        return pack.at(failure["file"], failure["line"])
    return pack.at(problem["file"], problem["line"])


def needs_real_host(failure: Failure | None) -> bool:
    """Whether the pack ran code of the host for which the reference host has a stand-in only."""
    return failure is not None and failure["type"].rpartition(".")[2] == "HostFeatureMissing"


def lacks_base(failure: Failure) -> bool:
    """Whether a node derives from a node of the host that exists here in name only."""
    return (
        re.search(r"\.(INPUT_TYPES|RETURN_TYPES|FUNCTION|CATEGORY) ", failure["message"])
        is not None
    )


def require_import(pack: Pack) -> None:
    """Raise NotApplicable when the pack's module never finished importing."""
    stopped = pack.problems(*STOPPED)
    if stopped:
        raise NotApplicable(f"the pack did not import ({stopped[0]['kind']})")


def require_guest(pack: Pack) -> None:
    """Raise NotApplicable when the pack is a module of the host's own nodes."""
    if Place(pack.path, pack.path).is_core():
        raise NotApplicable("the pack is a part of the host itself")


def require_entry(pack: Pack) -> None:
    """Raise NotApplicable unless the host would call an entry point of the pack."""
    require_import(pack)
    if pack.description["load"]["mapping_present"]:
        raise NotApplicable("the host reads NODE_CLASS_MAPPINGS and calls no entry point")
    if not pack.description["load"]["entry_names"]:
        raise NotApplicable("the pack has no entry point")


def require_mapping(pack: Pack) -> None:
    """Raise NotApplicable unless the pack has a NODE_CLASS_MAPPINGS that the host reads."""
    require_import(pack)
    if not pack.description["load"]["mapping_present"]:
        raise NotApplicable("the pack has no NODE_CLASS_MAPPINGS")


def side_effects(pack: Pack, *kinds: str) -> list[SideEffect]:
    """What importing the pack did besides defining nodes, of the given kinds.

    The worker leaves out what imported libraries do by themselves.
    """
    return [effect for effect in pack.description["side_effects"] if effect["kind"] in kinds]


def from_effects(pack: Pack, saying: str, *kinds: str) -> Iterator[Violation]:
    """One violation for each line of the pack that had such effects, with the first of them."""
    lines: dict[Location, list[SideEffect]] = {}
    for effect in side_effects(pack, *kinds):
        lines.setdefault(pack.at(effect["file"], effect["line"]), []).append(effect)
    for where, effects in lines.items():
        yield Violation(f"{saying}: {seen(pack, effects)}", where, subject_of(pack, effects[0]))


def seen(pack: Pack, effects: list[SideEffect]) -> str:
    """The first effect in words, and how many more there were."""
    refused = " (refused by the confinement)" if effects[0]["refused"] else ""
    more = f" and {len(effects) - 1} more" if len(effects) > 1 else ""
    return _without_place(pack, effects[0]["detail"]) + refused + more


def subject_of(pack: Pack, effect: SideEffect) -> str:
    """What was changed, without the value it got: the same in every run and on every machine."""
    detail = _without_place(pack, effect["detail"])
    if effect["kind"] == "environment":
        return re.split(r"[= ]", detail)[0]
    if effect["kind"] in ("write", "delete", "sys.path"):
        return re.sub(r"^added | \(\w+\)$| -> .*$", "", detail)
    return detail if effect["kind"] in ("host-patched", "signal") else effect["kind"]


def _without_place(pack: Pack, detail: str) -> str:
    return detail.replace(str(pack.path), "<pack>")


def touches(
    pack: Pack, *kinds: str, phases: tuple[str, ...] = ("import", "schema")
) -> list[dict[str, Any]]:
    """Touches of host names by kind: the first of each name within the phases, in order."""
    first: dict[str, dict[str, Any]] = {}
    for touch in pack.description["touches"]:
        if touch["kind"] in kinds and touch["phase"] in phases:
            first.setdefault(touch["name"], touch)
    return list(first.values())


def touch_location(pack: Pack, touch: dict[str, Any]) -> Location:
    return pack.at(touch["file"], touch["line"])


def repeated_keys(literal: ast.Dict) -> Iterator[tuple[str, int]]:
    """Constant string keys that a dict display gives another value, with the line where it does."""
    seen: dict[str, ast.expr] = {}
    for key, value in zip(literal.keys, literal.values, strict=True):
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            first = seen.setdefault(key.value, value)
            if first is not value and ast.dump(first) != ast.dump(value):
                yield key.value, key.lineno


def has_further_elements(entry_problem: str) -> bool:
    """Whether the only thing wrong with an input's entry is that it has more than two elements."""
    return entry_problem[:1].isdigit()
