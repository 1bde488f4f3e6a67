"""What a check is, and the table of all checks.

A check is one module in a family's folder: a function decorated with ``@check`` and its metadata.
It gets one node (or the pack) as a subject and yields a ``Violation`` for each broken promise; it
raises ``NotApplicable`` with the reason when the rule has nothing to say, ``EnvironmentLacks`` when
the environment is at fault. Whoever runs the check turns violations into findings.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, TypeVar

if TYPE_CHECKING:
    from studio_conformance.subject import Node, Pack

Severity = Literal["error", "warning"]
Scope = Literal["pack", "node"]
Bump = Literal["major", "minor", "patch"]

FAMILIES: dict[str, str] = {
    "LOAD": "The pack imports and the host registers its nodes.",
    "SCHEMA": "What a node declares is complete, consistent and can be sent to the frontend.",
    "SIGNATURE": "The methods fit what the node declares and how the host calls them.",
    "V1": "The v1 face of every node is what the host and old clients read.",
    "COMPAT": "The pack uses only what its target host has.",
    "ENV": "What the pack needs can be installed, beside the host and beside other packs.",
    "EXEC": "A node keeps its promises when it runs.",
    "RPC": "A node does the same when it is isolated from its host, and so does what it gives.",
    "RELEASE": "What others depend on is as in the release before, or the version announces it.",
    "SANDBOX": "Texts that anyone may set lead nowhere but where they should.",
}
WHEN_ASKED = frozenset({"RELEASE"})
"""Families that need more than the pack: they are planned only where a run has it."""


class NotApplicable(Exception):
    """The check has nothing to judge here; the message says why."""


class NotGenerable(Exception):
    """There is no value to run the node on; the message says which input, of which io type."""


class NotReached(Exception):
    """What the check would judge was planned and not run; the message says why."""


class EnvironmentLacks(Exception):
    """The environment, not the pack, keeps the check from judging; the message says what to do.

    ``where`` is the line of the pack that needs what is lacking, if one is known.
    """

    def __init__(self, message: str, where: Location | None = None) -> None:
        super().__init__(message)
        self.where = where


@dataclass(frozen=True)
class Location:
    """A line of the pack. ``file`` is an absolute path, ``line`` counts from 1."""

    file: str
    line: int


@dataclass(frozen=True)
class Violation:
    """One broken promise as the check saw it."""

    message: str
    where: Location
    input: str | None = None
    """Name of the input, output or attribute concerned: part of the finding's identity."""
    case: str | None = None
    """Id of the case in which it was seen (family EXEC): what a replay runs again."""
    node: str | None = None
    """Id of a node that the pack does not have (family RELEASE); else the subject says which."""
    level: Severity | None = None
    """Where it is surer, or less sure, than what the check says otherwise."""


CheckFunction = Callable[[Any], Iterator[Violation]]
F = TypeVar("F", bound=CheckFunction)


@dataclass(frozen=True)
class Check:
    """A rule: its texts, how severe it is, and the function that judges by it."""

    code: str
    slug: str
    title: str
    """The promise, as a sentence that is true of a good pack."""
    why: str
    """How a user is hurt when it is broken."""
    fix: str
    """What the author has to do."""
    level: Severity
    scope: Scope
    run: CheckFunction = field(repr=False)
    kinds: tuple[str, ...] = ("v1", "v3")
    """Node kinds it speaks about (scope "node")."""
    api_levels: tuple[str, ...] | None = None
    """API levels it speaks about; None for all."""
    bump: Bump | None = None
    undescribed: bool = False
    """It also judges nodes whose schema the host refuses, by what the class declares."""
    whole_pack: bool = False
    """Scope "node": it asks about the pack beyond its node, so that all must be described first."""
    since: str = "0.1.0"

    @property
    def family(self) -> str:
        return self.code.partition("-")[0]

    def judge(self, subject: Node | Pack) -> list[Violation]:
        """Run the check on ``subject``; raises NotApplicable with the reason."""
        if self.api_levels is not None and subject.level.name not in self.api_levels:
            raise NotApplicable(f"does not concern API level {subject.level.name}")
        kind = getattr(subject, "kind", None)
        if self.scope == "node" and kind not in self.kinds:
            raise NotApplicable(f"concerns {' and '.join(self.kinds)} nodes; this is a {kind} node")
        return list(self.run(subject))


class UnknownCheck(LookupError):
    """No check or family has this code; the message names the nearest."""


_CHECKS: dict[str, Check] = {}
_CODE = re.compile(r"^(?P<family>[A-Z0-9]+)-\d{3}$")


def check(
    code: str,
    slug: str,
    *,
    title: str,
    why: str,
    fix: str,
    level: Severity,
    scope: Scope = "node",
    kinds: tuple[str, ...] = ("v1", "v3"),
    api_levels: tuple[str, ...] | None = None,
    bump: Bump | None = None,
    undescribed: bool = False,
    whole_pack: bool = False,
    since: str = "0.1.0",
) -> Callable[[F], F]:
    """Register the decorated function as a check.

    Raises ValueError when the code is malformed, of no known family, or taken.
    """
    match = _CODE.match(code)
    if match is None or match["family"] not in FAMILIES:
        raise ValueError(f"check code {code!r} must be FAMILY-NNN with a family of {[*FAMILIES]}")

    def register(function: F) -> F:
        clash = next((c for c in _CHECKS.values() if code == c.code or slug == c.slug), None)
        if clash is not None and clash.run.__module__ != function.__module__:
            raise ValueError(f"{code} {slug} clashes with {clash.code} {clash.slug}")
        _CHECKS[code] = Check(
            code, slug, title, why, fix, level, scope, function, kinds, api_levels, bump,
            undescribed, whole_pack, since,
        )  # fmt: skip
        return function

    return register


@lru_cache(maxsize=1)
def all_checks() -> dict[str, Check]:
    """Every check by code, in order of family and number. Imports the family folders once."""
    return {check.code: check for family in FAMILIES for check in checks_of(family)}


@cache
def checks_of(family: str) -> tuple[Check, ...]:
    """The checks of one family, by number. Imports the family's folder once."""
    package = importlib.import_module(f"{__name__}.{family.lower()}")
    for module in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{module.name}")
    codes = sorted(code for code in _CHECKS if _CHECKS[code].family == family)
    return tuple(_CHECKS[code] for code in codes)


def select(names: list[str]) -> list[Check]:
    """The checks that ``names`` (codes, slugs or families) stand for, in table order.

    Raises UnknownCheck for a name that stands for nothing, with the nearest known name.
    """
    if all(name.upper() in FAMILIES for name in names):
        # The other families need not even be imported.
        wanted = {name.upper() for name in names}
        return [c for family in FAMILIES if family in wanted for c in checks_of(family)]
    checks = all_checks()
    chosen: set[str] = set()
    for name in names:
        found = {c.code for c in checks.values() if name.upper() in (c.code, c.family)}
        found |= {c.code for c in checks.values() if name.lower() == c.slug}
        if not found:
            raise UnknownCheck(_unknown(name, checks))
        chosen |= found
    return [c for c in checks.values() if c.code in chosen]


def _unknown(name: str, checks: dict[str, Check]) -> str:
    known = [*FAMILIES, *checks, *(c.slug for c in checks.values())]
    spellings = {known_name.lower(): known_name for known_name in known}
    near = get_close_matches(name.lower(), spellings, n=1, cutoff=0.4)
    hint = f"; did you mean {spellings[near[0]]}?" if near else ""
    return f"no check or family is called {name!r}{hint} (studio-conformance rules lists them)"
