"""Pages for a situation say what is there: options, commands, pages, statuses, files."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest

import studio_conformance
from studio_conformance.cli import build_parser
from studio_conformance.command_line import OPTIONS
from studio_conformance.config import Settings
from studio_conformance.outcomes import MEANINGS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(DOCS.glob("*.md"))
PYTEST_OWN = {"--maxfail", "--lf", "--stepwise", "--deselect", "--collect-only"}


def _options(config: pytest.Config) -> set[str]:
    parser = config._parser
    groups = [parser._anonymous, *parser._groups]
    return {name for group in groups for option in group.options for name in option.names()}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_option_is_there(page: Path, pytestconfig: pytest.Config) -> None:
    told = set(re.findall(r"--studio-[a-z-]*[a-z]", page.read_text(encoding="utf-8")))
    assert told <= _options(pytestconfig)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_command_is_there(page: Path) -> None:
    told = set(re.findall(r"studio-conformance ([a-z]{3,})", page.read_text(encoding="utf-8")))
    known = build_parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert told <= {*known}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_file_of_ours_is_there(page: Path) -> None:
    root = Path(studio_conformance.__file__).parents[1]
    for file in re.findall(r"studio_conformance/[\w./]+\.\w+", page.read_text(encoding="utf-8")):
        assert (root / file).is_file(), file


def test_the_readme_tells_every_option_and_setting() -> None:
    text = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    own = {"file", "sandbox", "allow_read"}
    settings = {field.name for field in dataclasses.fields(Settings)} - own
    assert {option for option in OPTIONS if f"`{option}" not in text} == set()
    assert {name for name in settings if f"`{name}`" not in text} == set()


def test_red_in_ci_tells_every_status_that_is_red() -> None:
    text = (DOCS / "red-in-ci.md").read_text(encoding="utf-8")
    told = set(re.findall(r"^\| (\d+) ", text, re.MULTILINE))
    assert told == {str(status) for status in MEANINGS if status}


def test_what_certifying_does_not_go_with_is_told_whole() -> None:
    from studio_conformance.certificate.mode import CONFLICTS

    text = (DOCS / "certificate.md").read_text(encoding="utf-8")
    for _, shown, _ in CONFLICTS:
        for option in shown.split(" and "):
            assert f"`{option}`" in text, option


def test_certificate_tells_every_field() -> None:
    import json

    from studio_conformance.certificate.verify import SCHEMA

    text = (DOCS / "certificate.md").read_text(encoding="utf-8")
    fields = {*json.loads(SCHEMA.read_text())["properties"]} - {"schema_version", "kind"}
    assert {field for field in fields if f"`{field}`" not in text} == set()
