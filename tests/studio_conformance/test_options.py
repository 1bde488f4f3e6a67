from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from studio_conformance.command_line import OPTIONS
from studio_conformance.config import Settings
from studio_conformance.options import WrongUsage, overrides

pytestmark = pytest.mark.usefixtures("rules")


def test_what_is_not_given_overrides_nothing() -> None:
    assert overrides() == {}


def test_codes_may_be_repeated_and_joined_by_commas() -> None:
    assert overrides(select=["SCHEMA, LOAD-001", "sturdy"])["select"] == (
        "SCHEMA",
        "LOAD-001",
        "sturdy",
    )


@pytest.mark.parametrize("name", ["timeout", "max-examples", "budget", "calls"])
def test_help_and_readme_tell_the_default_that_holds(name: str) -> None:
    default = f"{getattr(Settings(), name.replace('-', '_')):g}"
    told = OPTIONS[f"--studio-{name}"]["help"]
    assert re.search(rf"default: {default}\b", told)
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (row,) = [line for line in readme.splitlines() if line.startswith(f"| `--studio-{name} ")]
    assert re.search(rf"default:? {default}\b", row)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"api": "studio-9"}, "--studio-api: unknown API level 'studio-9'"),
        ({"mode": "lax"}, "--studio-mode must be one of faithful, strict"),
        ({"select": ["SCEMA"]}, "--studio-select: .*did you mean SCHEMA"),
        ({"select": [""]}, "--studio-select names no check"),
        ({"ignore": ["nothing-like-it"]}, "--studio-ignore: no check or family"),
        ({"level": "fatal"}, "--studio-level must be one of error, warning"),
        ({"timeout": "soon"}, "--studio-timeout must be a number"),
        ({"timeout": "-1"}, "--studio-timeout must be a number"),
        ({"timeout": "nan"}, "--studio-timeout must be a number"),
        ({"calls": "7"}, "--studio-calls must be a whole number from 8 on, not '7'"),
        ({"isolation": "never"}, "--studio-isolation must be one of process, venv, none"),
    ],
)
def test_a_wrong_value_names_its_option(given: dict[str, Any], told: str) -> None:
    with pytest.raises(WrongUsage, match=told):
        overrides(**given)
