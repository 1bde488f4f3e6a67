"""What is read of a pack comes to an end, whatever its files are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from reference_runtime.loading.level import resolve_level
from reference_runtime.reading import parse_source, read_regular
from studio_conformance.source import SourceIndex


def test_a_link_to_a_regular_file_is_followed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"text")
    (tmp_path / "link").symlink_to("file")
    assert read_regular(tmp_path / "link") == b"text"


@pytest.mark.parametrize("kind", ["pipe", "device", "large", "folder", "missing"])
def test_what_does_not_end_or_is_too_large_is_refused(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "file.py"
    if kind == "pipe":
        os.mkfifo(file)
    elif kind == "device":
        file.symlink_to("/dev/zero")
    elif kind == "folder":
        file.mkdir()
    elif kind == "large":
        file.write_bytes(b"")
        os.truncate(file, 1 << 40)
    with pytest.raises(OSError, match=r"\S"):
        read_regular(file)
    assert parse_source(file) is None


def test_a_file_may_be_as_large_as_allowed(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read_regular(tmp_path / "file", 5) == b"12345"
    with pytest.raises(OSError, match="File too large"):
        read_regular(tmp_path / "file", 4)


def test_source_nested_too_deeply_has_no_tree(tmp_path: Path) -> None:
    file = tmp_path / "file.py"
    file.write_text("-" * 100_000 + "1")
    assert parse_source(file) is None


def test_a_pack_with_such_files_is_looked_at_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "__init__.py").write_text("from comfy_api.latest import io\n")
    (tmp_path / "endless.py").symlink_to("/dev/zero")
    (tmp_path / "deep.py").write_text("import comfy_api\n" + "-" * 100_000 + "1")
    os.mkfifo(tmp_path / "pipe.py")
    level, _ = resolve_level(tmp_path, None, None)
    assert level.name.startswith("comfy")
    source = SourceIndex(tmp_path)
    assert source.mentioning("comfy_api") == [tmp_path / "__init__.py", tmp_path / "deep.py"]
    assert source.tree(tmp_path / "endless.py") is None
