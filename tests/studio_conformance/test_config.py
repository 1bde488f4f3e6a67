from __future__ import annotations

import datetime
import os
from pathlib import Path

import pytest
from descriptions import make_folder

from studio_conformance.config import BadSettings, Settings, load_settings
from studio_conformance.toml import BrokenToml

pytestmark = pytest.mark.usefixtures("rules")
TABLE = "[tool.studio-conformance]\n"


def _load(tmp_path: Path, text: str) -> Settings:
    return load_settings(make_folder(tmp_path, pyproject=text))


def _complaint(tmp_path: Path, text: str) -> str:
    with pytest.raises(BadSettings) as caught:
        _load(tmp_path, text)
    message = str(caught.value)
    assert message.startswith(str(tmp_path / "mypack" / "pyproject.toml"))
    return message


def test_declared_paths(tmp_path: Path) -> None:
    text = TABLE + 'paths = {"Save.folder" = "write", "Load.file" = "read"}\n'
    assert _load(tmp_path, text).paths == {"Save.folder": "write", "Load.file": "read"}


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ('"read"', "paths must be a table"),
        ('{"folder" = "read"}', "'folder' must be \"Node.input\""),
        ('{"Save.folder" = "delete"}', "must be one of read, write"),
    ],
)
def test_paths_are_read_or_written(tmp_path: Path, given: str, complaint: str) -> None:
    assert complaint in _complaint(tmp_path, f"{TABLE}paths = {given}\n")


def test_no_file_and_no_table_give_the_defaults(tmp_path: Path) -> None:
    assert load_settings(make_folder(tmp_path)) == Settings()
    assert _load(tmp_path, '[project]\nname = "x"\n') == Settings()


def test_everything_that_can_be_said(tmp_path: Path) -> None:
    settings = _load(
        tmp_path,
        TABLE
        + """
        api = "comfy-latest"
        mode = "strict"
        select = ["SCHEMA", "import-ok"]
        ignore = ["SCHEMA-002"]
        level = "warning"
        timeout = 5
        levels = { "SCHEMA-001" = "warning" }
        [[tool.studio-conformance.waivers]]
        code = "good-inputs"
        node = "Old"
        reason = " kept for old workflows "
        expires = 2030-01-02
        """,
    )
    (waiver,) = settings.waivers
    assert settings.api == "comfy-latest"
    assert settings.mode == "strict"
    assert settings.level == "warning"
    assert settings.timeout == 5.0
    assert [(c.code, c.level) for c in settings.checks()] == [
        ("LOAD-001", "error"),
        ("SCHEMA-001", "warning"),
    ]
    assert (waiver.code, waiver.node, waiver.reason) == (
        "SCHEMA-001",
        "Old",
        "kept for old workflows",
    )
    assert waiver.expires == datetime.date(2030, 1, 2)


def test_an_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    assert "'tiemout'; did you mean timeout?" in _complaint(tmp_path, TABLE + "tiemout = 5\n")
    assert "known: api, mode" in _complaint(tmp_path, TABLE + "zzz = 5\n")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('api = "studio-0.4"', "did you mean 'studio-0.3.71'"),
        ("api = 7", "api must be a text"),
        ('mode = "lax"', "mode must be one of faithful, strict"),
        ('select = "SCHEMA"', "select must be a list"),
        ('select = ["SCHEMA-01"]', "did you mean SCHEMA-001"),
        ('level = "info"', "level must be one of error, warning"),
        ("timeout = true", "timeout must be a number of seconds"),
        ("timeout = 0", "timeout must be a number of seconds"),
        ('levels = { "SCHEMA-009" = "error" }', "levels.SCHEMA-009"),
        ('levels = { "SCHEMA-001" = "off" }', "must be one of error, warning"),
        ("levels = 3", "levels must be a table"),
        ("waivers = 3", "waivers must be an array of tables"),
        ('waivers = [{ code = "SCHEMA-001", node = "N" }]', "needs a reason"),
        ('waivers = [{ code = "SCHEMA-001", reason = " " }]', "reason must be a text"),
        ('waivers = [{ code = "SCHEMA", reason = "x" }]', "not the family 'SCHEMA'"),
        ('waivers = [{ reason = "x" }]', "code must be a text"),
        ('waivers = [{ code = "V1-001", reason = "x", until = 1 }]', "unknown key 'until'"),
        ('waivers = [{ code = "V1-001", reason = "x", expires = "soon" }]', "must be a date"),
        ('waivers = [{ code = "V1-001", reason = "x", expires = 2030 }]', "must be a date"),
    ],
)
def test_a_wrong_value_is_named(tmp_path: Path, line: str, told: str) -> None:
    message = _complaint(tmp_path, TABLE + line + "\n")
    assert told in message
    assert "\n" not in message


def test_the_table_must_be_a_table(tmp_path: Path) -> None:
    assert "must be a table" in _complaint(tmp_path, "tool.studio-conformance = 3\n")


def test_a_broken_file_is_named_with_its_position(tmp_path: Path) -> None:
    with pytest.raises(BrokenToml, match=r"pyproject\.toml:2:\d+: "):
        _load(tmp_path, "[project]\nname = = 3\n")


def test_a_package_inside_a_project_finds_the_projects_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TABLE + "timeout = 7\n")
    folder = make_folder(tmp_path / "src")
    assert load_settings(folder).timeout == 7.0


def test_a_project_that_says_nothing_of_us_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[broken\n")
    assert load_settings(make_folder(tmp_path)) == Settings()


def test_the_search_ends_at_the_repository(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TABLE + "timeout = 7\n")
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    assert load_settings(make_folder(tmp_path / "repo")) == Settings()


def test_a_single_file_reads_the_settings_beside_it(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(TABLE + "timeout = 7\n")
    (tmp_path / "nodes_x.py").write_text("")
    assert load_settings(tmp_path / "nodes_x.py").timeout == 7.0


def test_a_file_above_that_can_not_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "src" / "mypack").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text("")
    os.truncate(tmp_path / "pyproject.toml", 1 << 40)
    with pytest.raises(BrokenToml, match="File too large"):
        load_settings(tmp_path / "src" / "mypack")
