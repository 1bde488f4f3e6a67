"""Private copies of packs: what goes in, and what is too much."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference_runtime.isolation import copying


def test_a_copy_leaves_out_version_control_and_caches(tmp_path: Path) -> None:
    pack, into = tmp_path / "pack", tmp_path / "into"
    for name in (
        "nodes/a.py",
        ".git/config",
        "__pycache__/a.pyc",
        "nodes/__pycache__/b.pyc",
        ".tox/x",
    ):
        (pack / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / name).write_text("x")
    (pack / "link.py").symlink_to(pack / "nodes" / "a.py")
    (pack / "dangling").symlink_to(pack / "nowhere")
    into.mkdir()
    copy = copying.copy_pack(pack, into)
    files = sorted(str(path.relative_to(copy)) for path in copy.rglob("*") if path.is_file())
    assert (copy, files) == (into / "pack", ["link.py", "nodes/a.py"])
    assert not (copy / "link.py").is_symlink()


def test_a_single_file_is_copied_alone(tmp_path: Path) -> None:
    (tmp_path / "pack.py").write_text("x")
    (tmp_path / "other.py").write_text("y")
    (tmp_path / "into").mkdir()
    assert copying.copy_pack(tmp_path / "pack.py", tmp_path / "into").read_text() == "x"
    assert len(list((tmp_path / "into").iterdir())) == 1


def test_a_large_pack_is_not_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "MAX_BYTES", 1000)
    pack = tmp_path / "pack"
    for name, size in ((".git/objects", 5000), ("model.bin", 900)):
        (pack / name).parent.mkdir(parents=True, exist_ok=True)
        (pack / name).write_bytes(b"x" * size)
    (tmp_path / "into").mkdir()
    copying.copy_pack(pack, tmp_path / "into")
    (pack / "more.bin").write_bytes(b"x" * 200)
    with pytest.raises(copying.TooBig):
        copying.copy_pack(pack, tmp_path / "into2")
