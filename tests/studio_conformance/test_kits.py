"""The CI kit: what ``init`` writes, the action, the hooks: valid, guarded, never in the way."""

from __future__ import annotations

import configparser
import json
import re
import shlex
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from descriptions import make_folder

from studio_conformance.checks import select
from studio_conformance.cli import main
from studio_conformance.cli_init import GITLAB_PATH, TOX_HEADING, WORKFLOW_PATH
from studio_conformance.kits import text_of
from studio_conformance.reports.formats import FORMATS

yaml = pytest.importorskip("yaml")
ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action" / "action.yml"
HOOKS = ROOT / ".pre-commit-hooks.yaml"
FILES = {
    "github-workflows": text_of("github.yml"),
    "github-actions": ACTION.read_text(encoding="utf-8"),
    "gitlab-ci": text_of("gitlab.yml"),
}
Init = Callable[..., tuple[int, str, str]]


@pytest.fixture
def init(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Init:
    make_folder(tmp_path)
    monkeypatch.chdir(tmp_path)

    def run(*args: str) -> tuple[int, str, str]:
        status = main(["init", "mypack", *args])
        out, err = capsys.readouterr()
        return status, out, err

    return run


def _steps(name: str) -> list[dict[str, Any]]:
    data = yaml.safe_load(FILES[name])
    found = data["jobs"]["judge"] if name == "github-workflows" else data["runs"]
    steps: list[dict[str, Any]] = found["steps"]
    return steps


def _vendored(name: str) -> Any:
    """A schema of SchemaStore (schemastore.org), as the package check-jsonschema brings it."""
    package = pytest.importorskip("check_jsonschema")
    folder = Path(package.__file__).parent / "builtin_schemas" / "vendor"
    return json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))


def _schema_errors(name: str, data: object) -> list[str]:
    schema = _vendored(name)
    kind = jsonschema.validators.validator_for(schema)
    return [error.message for error in kind(schema).iter_errors(data)]


def _as_read(text: str) -> Any:
    """YAML as GitHub reads it: ``on`` is a word, no boolean."""
    data = yaml.safe_load(text)
    return {("on" if key is True else key): value for key, value in data.items()}


@pytest.mark.parametrize("name", FILES)
def test_it_is_of_the_public_schema(name: str) -> None:
    data = _as_read(FILES[name])
    assert _schema_errors(name, data) == []


@pytest.mark.parametrize("name", ["github-workflows", "github-actions"])
def test_the_public_schema_can_fail(name: str) -> None:
    data = _as_read(FILES[name])
    assert _schema_errors(name, {**data, "jbos": {}, "runs": 1, "jobs": {"x": {"stpes": []}}})


@pytest.mark.parametrize("name", ["github-workflows", "github-actions"])
def test_no_expression_stands_in_a_script(name: str) -> None:
    scripts = [step["run"] for step in _steps(name) if "run" in step]
    assert len(scripts) == 3
    assert not [script for script in scripts if "${{" in script]


@pytest.mark.parametrize("name", ["github-workflows", "github-actions"])
def test_reports_that_may_be_missing_are_guarded(name: str) -> None:
    guarded = [step for step in _steps(name) if re.search(r"/\w+\.(md|sarif)", str(step))]
    assert len(guarded) == 2
    for step in guarded:
        assert "always()" in step["if"]
        assert "hashFiles(" in step["if"]


@pytest.mark.parametrize("name", FILES)
def test_reports_that_are_read_are_those_that_are_written(name: str) -> None:
    read = set(re.findall(r"/(\w+\.(?:md|sarif|xml))\b", FILES[name]))
    assert len(read) == (1 if name == "gitlab-ci" else 2)
    assert read <= {form.file for form in FORMATS.values()}


def test_the_workflow_asks_for_no_more_rights_than_it_needs() -> None:
    data = _as_read(FILES["github-workflows"])
    assert data["permissions"] == {"contents": "read"}
    rights = data["jobs"]["judge"]["permissions"]
    assert rights == {"contents": "read", "security-events": "write"}
    assert "pull_request_target" not in data["on"]


def test_the_action_judges_what_it_is_given(tmp_path: Path) -> None:
    """Its script, run by bash with a pytest that prints its arguments."""
    (script,) = [s["run"] for s in _steps("github-actions") if s.get("name") == "Judge the pack"]
    fake = tmp_path / "pytest"
    fake.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    fake.chmod(0o755)
    given = {"PACK": "my pack", "REPORT": "out", "ARGUMENTS": "--studio-level=warning -v $(id)"}
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", **given},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == [
        "--studio-pack=my pack",
        "--studio-report=out",
        "--studio-level=warning",
        "-v",
        "$(id)",
    ]


def _commands() -> Iterator[str]:
    """Every pytest command in the kit."""
    for text in (text_of("github.yml"), text_of("gitlab.yml"), text_of("tox.ini")):
        yield from re.findall(r"pytest (--studio.*)", text)
    for hook in yaml.safe_load(HOOKS.read_text(encoding="utf-8")):
        yield shlex.join(hook["args"])


def test_every_command_uses_options_that_exist(pytestconfig: pytest.Config) -> None:
    commands = [*_commands()]
    assert len(commands) == 5
    known = {name for option in pytestconfig._parser._anonymous.options for name in option.names()}
    for group in pytestconfig._parser._groups:
        known |= {name for option in group.options for name in option.names()}
    for command in commands:
        used = {word.partition("=")[0] for word in shlex.split(command) if word[0] == "-"}
        assert used <= known
    (codes,) = [word for word in shlex.split(commands[3]) if "select" in word]
    assert select(codes.partition("=")[2].split(","))


def test_the_hooks_are_a_manifest() -> None:
    hooks = yaml.safe_load(HOOKS.read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks] == ["studio-conformance", "studio-conformance-full"]
    for hook in hooks:
        assert (hook["entry"], hook["language"], hook["pass_filenames"]) == (
            "pytest",
            "python",
            False,
        )
    wanted = re.compile(hooks[0]["files"])
    for name in ("nodes/a.py", "pyproject.toml", "requirements-dev.txt"):
        assert wanted.search(name)
    assert not wanted.search("README.md")


# --- init ----------------------------------------------------------------------------------------


def test_github_is_written_unless_told_otherwise(init: Init, tmp_path: Path) -> None:
    assert init()[0] == 0
    assert (tmp_path / "mypack" / WORKFLOW_PATH).read_text() == text_of("github.yml")
    assert not (tmp_path / "mypack" / GITLAB_PATH).exists()


def test_without_ci_there_are_settings_only(init: Init, tmp_path: Path) -> None:
    assert init("--ci", "none")[1].count("written") == 1
    assert not (tmp_path / "mypack" / ".github").exists()


def test_gitlab_gets_a_file_and_an_include(init: Init, tmp_path: Path) -> None:
    pack = tmp_path / "mypack"
    assert init("--ci", "gitlab")[0] == 0
    assert yaml.safe_load((pack / ".gitlab-ci.yml").read_text()) == {
        "include": [{"local": GITLAB_PATH.as_posix()}]
    }
    assert (pack / GITLAB_PATH).is_file()
    assert not (pack / ".github").exists()
    assert init("--ci", "gitlab")[1].count("nothing to do") == 2


def test_a_pipeline_that_exists_is_left_alone(init: Init, tmp_path: Path) -> None:
    file = tmp_path / "mypack" / ".gitlab-ci.yml"
    file.write_text("test:\n  script: [make]\n")
    status, out, _ = init("--ci", "gitlab")
    assert status == 0
    assert ".gitlab-ci.yml: left as it is; add to it:\ninclude:\n" in out
    assert file.read_text() == "test:\n  script: [make]\n"


@pytest.mark.parametrize("path", [WORKFLOW_PATH, GITLAB_PATH])
def test_a_file_of_ours_that_was_changed_is_not_overwritten(
    init: Init, tmp_path: Path, path: Path
) -> None:
    file = tmp_path / "mypack" / path
    file.parent.mkdir(parents=True)
    file.write_text("mine")
    status, _, err = init("--ci", "gitlab" if path == GITLAB_PATH else "github")
    assert (status, "left as it is" in err) == (4, True)
    assert file.read_text() == "mine"
    assert not (tmp_path / "mypack" / "pyproject.toml").exists()


def _tox(pack: Path) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(pack / "tox.ini", encoding="utf-8")
    return parser


def test_tox_gets_an_environment(init: Init, tmp_path: Path) -> None:
    pack = tmp_path / "mypack"
    (pack / "requirements.txt").write_text("einops\n")
    assert init("--tox", "--ci", "none")[0] == 0
    section = _tox(pack)["testenv:studio"]
    assert section["commands"].startswith("pytest --studio-pack={tox_root} ")
    assert section["deps"].split() == [
        "studio-conformance[host]",
        "-r{tox_root}{/}requirements.txt",
    ]
    assert init("--tox", "--ci", "none")[1].count("nothing to do") == 2


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "NEWLINE"])
def test_a_tox_ini_that_exists_is_kept_byte_for_byte(
    init: Init, tmp_path: Path, newline: str, end: str
) -> None:
    file = tmp_path / "mypack" / "tox.ini"
    old = f"# mine{newline}[tox]{newline}env_list  =  py{end.replace('NEWLINE', newline)}".encode()
    file.write_bytes(old)
    init("--tox")
    new = file.read_bytes()
    assert new.startswith(old)
    assert new.count(b"\n") == new.count(newline.encode())
    assert _tox(file.parent).sections() == ["tox", TOX_HEADING.strip("[]")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tox.toml", "env_list = []\n"),
        ("pyproject.toml", "[tool.tox]\nenv_list = []\n"),
        ("setup.cfg", "[tox:tox]\n"),
    ],
)
def test_settings_of_tox_that_stand_elsewhere_are_not_hidden(
    init: Init, tmp_path: Path, name: str, text: str
) -> None:
    file = tmp_path / "mypack" / name
    file.write_text(text)
    status, _, err = init("--tox")
    assert (status, f"tox is set up in {file}" in err) == (4, True)
    assert not (tmp_path / "mypack" / "tox.ini").exists()
    assert file.read_text() == text
