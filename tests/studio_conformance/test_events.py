from __future__ import annotations

import os
from pathlib import Path

import pytest

from studio_conformance.events import InvalidLog, read_events, write_events
from studio_conformance.files import write_aside

HEADER = '{"event": "header", "schema_version": 1}\n'
FOOTER = '{"event": "footer"}\n'


def _refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "events.jsonl"
    file.write_text(text)
    with pytest.raises(InvalidLog) as caught:
        read_events(file)
    return str(caught.value)


def test_what_was_written_is_read(tmp_path: Path) -> None:
    events = [
        {"event": "header", "schema_version": 1},
        {"event": "node", "node": "Ünï\u2028\ud800 \N{GRINNING FACE}"},
        {"event": "footer"},
    ]
    write_events(tmp_path / "deep" / "events.jsonl", events)
    assert read_events(tmp_path / "deep" / "events.jsonl") == events
    assert os.listdir(tmp_path / "deep") == ["events.jsonl"]


def test_a_log_that_breaks_off_is_refused(tmp_path: Path) -> None:
    assert "no footer after line 1" in _refused(tmp_path, HEADER)


@pytest.mark.parametrize("text", ["", FOOTER])
def test_a_log_without_header_is_refused(tmp_path: Path, text: str) -> None:
    assert "the first line is no header" in _refused(tmp_path, text)


@pytest.mark.parametrize("line", ['{"event": "resu', "[]", '{"event": 3}', ""])
def test_a_corrupt_line_is_named(tmp_path: Path, line: str) -> None:
    assert "events.jsonl:2: " in _refused(tmp_path, HEADER + line + "\n" + FOOTER)


def test_a_log_of_another_version_is_refused(tmp_path: Path) -> None:
    assert "log version 2" in _refused(tmp_path, HEADER.replace("1", "2") + FOOTER)


def test_a_failed_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "x"
    write_aside(file, b"old")

    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_aside(file, b"new")
    assert file.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["x"]


def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_aside(link, b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert file.stat().st_mode & 0o777 == 0o640
