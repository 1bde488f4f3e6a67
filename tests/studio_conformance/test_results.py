from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from _pytest.mark.expression import Expression
from hypothesis import given
from hypothesis import strategies as st

from studio_conformance.results import diff_command, finding_id, replay_command, safe_name


def test_an_id_is_the_same_in_every_run() -> None:
    assert finding_id("SCHEMA-001", "mypack", "Invert", "scale") == "830e0a283c0b"


def test_every_part_of_the_place_counts() -> None:
    base = ("SCHEMA-001", "mypack", "Invert", "scale")
    others = {(*base[:i], "other", *base[i + 1 :]) for i in range(4)}
    assert len({finding_id(*place) for place in {base, *others}}) == 5


def test_parts_do_not_run_into_each_other() -> None:
    assert finding_id("A-001", "p", "ab", "c") != finding_id("A-001", "p", "a", "bc")


@given(st.text())
def test_a_safe_name_can_be_selected_by_k(name: str) -> None:
    safe = safe_name(name)
    assert Expression.compile(safe).evaluate(lambda word, **_: word == safe)
    assert not {"[", "]", "/", "\\"} & set(safe)
    assert "::" not in safe
    assert safe.strip(".")


@pytest.mark.parametrize("name", ["not", "and", "or", "", "..", "Any Switch (x)"])
def test_names_that_k_could_not_hold(name: str) -> None:
    assert safe_name(name) not in (name, "")


def test_a_plain_name_stays() -> None:
    assert safe_name("ImageResize+") == "ImageResize+"


@pytest.mark.parametrize("baseline", ["git:v1.0", "pypi:my-pack==1.0", "out/report.json"])
def test_a_diff_can_be_pasted_in_any_folder(baseline: str) -> None:
    old = shlex.split(diff_command(baseline, "/packs/mypack", "studio-0.3.71"))[2]
    assert old == baseline if ":" in baseline else Path(old) == Path.cwd() / baseline


def test_a_node_that_is_named_like_an_option_is_none() -> None:
    command = replay_command("/packs/mypack", "studio-0.3.71", "faithful", "V1-001", "-k")
    assert shlex.split(command)[-1] == "-k=-k"


def test_a_replay_command_survives_the_shell() -> None:
    command = replay_command("/tmp/my packs/o'x", "studio-0.3.71", "strict", "V1-001", "Any_x")
    assert shlex.split(command) == [
        "pytest",
        "--studio-pack=/tmp/my packs/o'x",
        "--studio-api=studio-0.3.71",
        "--studio-mode=strict",
        "--studio-select=V1-001",
        "-k",
        "Any_x",
    ]
