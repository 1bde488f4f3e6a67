"""Files are written whole, and only files are replaced."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from studio_conformance.files import write_chunks, write_text


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "some" / "file"
    write_text(file, "old")

    def broken() -> Iterator[str]:
        yield "new"
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        write_chunks(file, broken())
    assert (file.read_text(), os.listdir(file.parent)) == ("old", ["file"])


def test_a_pipe_is_written_to_and_stays(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()), daemon=True)
    reader.start()
    write_chunks(pipe, ["a report, ", "piece by piece"])
    reader.join(10)
    assert read == [b"a report, piece by piece"]
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert os.listdir(tmp_path) == ["pipe"]


def test_a_link_is_followed_and_permissions_are_kept(tmp_path: Path) -> None:
    file = tmp_path / "real" / "file"
    file.parent.mkdir()
    file.write_text("old")
    file.chmod(0o640)
    (tmp_path / "link").symlink_to(file)
    write_text(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink()
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == ("new", 0o640)


def test_a_link_in_a_circle_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    write_text(tmp_path / "loop", "in its place")
    assert (tmp_path / "loop").read_text() == "in its place"
