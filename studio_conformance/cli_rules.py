"""``studio-conformance rules`` and ``explain``: the checks, from their own metadata."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio_conformance import outcomes
from studio_conformance.checks import FAMILIES, Check, UnknownCheck, all_checks, select
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.waivers import HOUSE_RULES

WIDTH = 88


def add_commands(commands: Any) -> None:
    rules = commands.add_parser("rules", help="list every check")
    rules.add_argument("--format", choices=("table", "json", "markdown"), default="table")
    rules.set_defaults(run=print_rules)
    explain = commands.add_parser("explain", help="say what a check is about and how to mend it")
    explain.add_argument("code", metavar="CODE", help="code, slug or family")
    explain.set_defaults(run=print_explanation)


def every_rule() -> list[Check]:
    """All checks, and the rules about settings that a run reports on."""
    return [*all_checks().values(), *HOUSE_RULES.values()]


def print_rules(arguments: argparse.Namespace, cwd: Path) -> int:
    rules = every_rule()
    if arguments.format == "json":
        print(json.dumps([as_data(check) for check in rules], indent=2))
    elif arguments.format == "markdown":
        print("\n".join(markdown_table(rules)))
    else:
        print("\n".join(_table(rules)))
    return outcomes.CLEAN


def as_data(check: Check) -> dict[str, Any]:
    """A check's metadata as JSON data."""
    return {
        "code": check.code,
        "slug": check.slug,
        "family": check.family,
        "level": check.level,
        "scope": check.scope,
        "kinds": list(check.kinds),
        "api_levels": list(check.api_levels) if check.api_levels else None,
        "title": check.title,
        "why": check.why,
        "fix": check.fix,
        "bump": check.bump,
        "since": check.since,
    }


def _table(rules: list[Check]) -> Iterator[str]:
    width = max(len(check.slug) for check in rules)
    for check in rules:
        yield f"{check.code:<14}{check.level:<9}{check.slug:<{width}}  {check.title}"
    yield f"{len(rules)} rules; studio-conformance explain CODE says more"


def markdown_table(rules: list[Check], link: str = "{code}") -> Iterator[str]:
    yield "| code | slug | level | judges | promise |"
    yield "|---|---|---|---|---|"
    for check in rules:
        code = link.format(code=check.code)
        title = check.title.replace("|", "\\|")
        yield f"| {code} | {check.slug} | {check.level} | {concerns(check)} | {title} |"


def concerns(check: Check) -> str:
    """What a check speaks about, in words."""
    if check.scope == "pack":
        return "pack"
    return "every node" if len(check.kinds) == 2 else f"{check.kinds[0]} nodes"


def print_explanation(arguments: argparse.Namespace, cwd: Path) -> int:
    print("\n\n".join("\n".join(explain(check)) for check in _named(arguments.code)))
    return outcomes.CLEAN


def _named(name: str) -> list[Check]:
    if name.upper() in HOUSE_RULES:
        return [HOUSE_RULES[name.upper()]]
    house = [check for check in HOUSE_RULES.values() if name.lower() == check.slug]
    try:
        return house or select([name])
    except UnknownCheck as error:
        raise CommandFailed(str(error)) from None


def explain(check: Check) -> Iterator[str]:
    """Everything there is to say about a check, for a terminal."""
    yield f"{check.code} {check.slug} ({check.level})"
    yield check.title
    yield ""
    for label, text in (("why", check.why), ("fix", check.fix), ("judges", _judges(check))):
        indent = " " * 8
        yield textwrap.fill(f"{label + ':':<8}{text}", WIDTH, subsequent_indent=indent)
    waivable = check.code not in HOUSE_RULES
    yield f"since:  {check.since}"
    if waivable:
        yield f"judge by it alone: pytest --studio-pack=PACK --studio-select={check.code}"
        yield "accept one finding, with a reason, in the pack's pyproject.toml:"
        yield from (f"    {line}" for line in waiver_example(check))


def _judges(check: Check) -> str:
    levels = f" at API level {', '.join(check.api_levels)}" if check.api_levels else ""
    family = FAMILIES.get(check.family, "")
    return f"{concerns(check)}{levels}. {family}".rstrip()


def waiver_example(check: Check) -> list[str]:
    node = ['node = "NodeKey"'] if check.scope == "node" else []
    return [
        "[[tool.studio-conformance.waivers]]",
        f'code = "{check.code}"',
        *node,
        'reason = "why this finding is acceptable"',
    ]
