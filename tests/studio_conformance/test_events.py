from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from studio_conformance.events import InvalidLog, Log, read_events, write_events
from studio_conformance.files import write_aside

HEADER = '{"event": "header", "schema_version": 3}\n'
NODE = '{"event": "node", "node": "Blur"}\n'
FOOTER = '{"event": "footer"}\n'
EVENTS = [
    {"event": "header", "schema_version": 3},
    {"event": "node", "node": "Ünï\u2028\ud800 \N{GRINNING FACE}"},
    {"event": "node", "node": "Blur"},
    {"event": "footer", "exit_status": 0},
]


@pytest.fixture
def written(tmp_path: Path) -> Path:
    file = tmp_path / "deep" / "events.jsonl"
    write_events(file, EVENTS)
    return file


def _why(file: Path) -> str:
    with pytest.raises(InvalidLog) as caught:
        read_events(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert "\n" not in message
    return message


def _refused(tmp_path: Path, text: str) -> str:
    file = tmp_path / "events.jsonl"
    file.write_text(text)
    return _why(file)


def test_what_was_written_is_read(written: Path) -> None:
    *events, footer = read_events(written)
    assert events == EVENTS[:-1]
    assert footer["exit_status"] == 0
    assert os.listdir(written.parent) == ["events.jsonl"]


def test_the_footer_tells_of_the_lines_before_it(written: Path) -> None:
    *before, _ = written.read_bytes().splitlines(keepends=True)
    footer = read_events(written)[-1]
    assert footer["lines"] == 3
    assert footer["sha256"] == hashlib.sha256(b"".join(before)).hexdigest()


def test_a_log_that_was_read_can_be_written_again(written: Path, tmp_path: Path) -> None:
    write_events(tmp_path / "again.jsonl", read_events(written))
    assert (tmp_path / "again.jsonl").read_bytes() == written.read_bytes()


def test_a_log_is_read_as_often_as_asked(written: Path) -> None:
    log = Log(written)
    assert list(log) == list(log) == read_events(written)


def test_a_log_cut_at_any_byte_is_refused(written: Path) -> None:
    whole = written.read_bytes()
    for end in range(len(whole)):
        written.write_bytes(whole[:end])
        _why(written)


def test_a_line_that_breaks_off_is_said_to(written: Path) -> None:
    written.write_bytes(written.read_bytes()[:-9])
    assert "events.jsonl:4: breaks off" in _why(written)


def test_a_log_with_any_byte_changed_is_refused(written: Path) -> None:
    *before, footer = written.read_bytes().splitlines(keepends=True)
    whole = b"".join(before)
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        written.write_bytes(bytes(changed) + footer)
        _why(written)


def test_a_log_without_one_of_its_lines_is_refused(written: Path) -> None:
    first, second, _, footer = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(first + second + footer)
    assert "2 lines stand before the footer, which was written after 3" in _why(written)


def test_a_changed_log_is_named_as_such(written: Path) -> None:
    written.write_bytes(written.read_bytes().replace(b"Blur", b"Blue"))
    assert "changed after it was written" in _why(written)


def test_what_follows_the_footer_is_refused(written: Path) -> None:
    written.write_bytes(written.read_bytes() + NODE.encode())
    assert "no footer after line 5" in _why(written)


def test_a_log_that_breaks_off_is_refused(tmp_path: Path) -> None:
    assert "no footer after line 2" in _refused(tmp_path, HEADER + NODE)
    assert "no footer after line 1" in _refused(tmp_path, HEADER)


@pytest.mark.parametrize("text", ["", FOOTER])
def test_a_log_without_header_is_refused(tmp_path: Path, text: str) -> None:
    assert "the first line is no header" in _refused(tmp_path, text)


@pytest.mark.parametrize("line", ['{"event": "resu', "[]", '{"event": 3}', "", "\0", "[" * 100_000])
def test_a_corrupt_line_is_named(tmp_path: Path, line: str) -> None:
    assert "events.jsonl:2: " in _refused(tmp_path, HEADER + line + "\n" + FOOTER)


def test_a_footer_without_a_digest_is_refused(tmp_path: Path) -> None:
    assert "was cut" in _refused(tmp_path, HEADER + FOOTER)


def test_a_log_of_another_version_is_refused(tmp_path: Path) -> None:
    assert "log version 1" in _refused(tmp_path, HEADER.replace("3", "1") + FOOTER)


def test_a_write_that_fails_on_the_way_changes_nothing(written: Path) -> None:
    before = written.read_bytes()
    with pytest.raises(TypeError):
        write_events(written, [*EVENTS, {"event": object()}])
    assert written.read_bytes() == before
    assert os.listdir(written.parent) == ["events.jsonl"]


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
