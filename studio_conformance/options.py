"""Command-line values, of pytest or of our own command, as fields of Settings."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any, get_args

from reference_runtime.levels import Mode, UnknownLevel, level_named
from studio_conformance.checks import Severity, UnknownCheck
from studio_conformance.config import Isolation, SandboxMode, names_of_checks


class WrongUsage(ValueError):
    """An option's value is wrong; the message names the option and what would be right."""


def overrides(
    *,
    api: str | None = None,
    mode: str | None = None,
    select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    level: str | None = None,
    timeout: str | None = None,
    max_examples: str | None = None,
    budget: str | None = None,
    calls: str | None = None,
    isolation: str | None = None,
    sandbox: str | None = None,
    allow_read: Sequence[str] = (),
    fakes: bool = False,
    baseline: str | None = None,
) -> dict[str, Any]:
    """The fields of Settings that the command line gives, checked. Raises WrongUsage."""
    values: dict[str, Any] = {
        "api": _level(api),
        "mode": _one_of("--studio-mode", mode, get_args(Mode)),
        "select": _codes("--studio-select", select),
        "ignore": _codes("--studio-ignore", ignore),
        "level": _one_of("--studio-level", level, get_args(Severity)),
        "timeout": _seconds("--studio-timeout", timeout),
        "max_examples": _number("--studio-max-examples", max_examples),
        "budget": _seconds("--studio-budget", budget),
        "calls": _number("--studio-calls", calls, least=8),
        "isolation": _one_of("--studio-isolation", isolation, get_args(Isolation)),
        "sandbox": _one_of("--studio-sandbox", sandbox, get_args(SandboxMode)),
        "allow_read": _existing("--studio-allow-read", allow_read),
        "fakes": fakes or None,
        "baseline": baseline,
    }
    return {key: value for key, value in values.items() if value is not None}


def _level(name: str | None) -> str | None:
    try:
        return None if name is None else level_named(name).name
    except UnknownLevel as error:
        raise WrongUsage(f"--studio-api: {error}") from None


def _one_of(option: str, value: str | None, known: Sequence[str]) -> str | None:
    if value is not None and value not in known:
        raise WrongUsage(f"{option} must be one of {', '.join(known)}, not {value!r}")
    return value


def _existing(option: str, paths: Sequence[str]) -> tuple[str, ...] | None:
    for path in paths:
        if not os.path.exists(path):
            raise WrongUsage(f"{option}: there is no file or folder {path}")
    return tuple(os.path.realpath(path) for path in paths) or None


def _codes(option: str, values: Sequence[str]) -> tuple[str, ...] | None:
    if not values:
        return None  # And spare the time it takes to import all checks.
    names = [name.strip() for value in values for name in value.split(",")]
    if not any(names):
        raise WrongUsage(f"{option} names no check")
    try:
        return names_of_checks([name for name in names if name])
    except UnknownCheck as error:
        raise WrongUsage(f"{option}: {error}") from None


def _seconds(option: str, value: str | None) -> float | None:
    if value is None:
        return None
    try:
        seconds = float(value)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < 1e6:
        raise WrongUsage(f"{option} must be a number of seconds above 0, not {value!r}")
    return seconds


def _number(option: str, value: str | None, least: int = 0) -> int | None:
    if value is None:
        return None
    if not value.isdecimal() or len(value) > 7 or int(value) < least:
        raise WrongUsage(f"{option} must be a whole number from {least} on, not {value!r}")
    return int(value)
