"""Archives from an index: what is taken out of them, and what is refused."""

from __future__ import annotations

import io
import stat
import tarfile
import zipfile
from pathlib import Path

import pytest

from studio_conformance.release import unpack as module
from studio_conformance.release.baseline import BadBaseline
from studio_conformance.release.unpack import unpack

KINDS = ("a.zip", "a.whl", "a.tar.gz", "a.tar.xz")


def an_archive(folder: Path, kind: str, names: dict[str, bytes]) -> Path:
    file = folder / kind
    if kind.endswith((".zip", ".whl")):
        with zipfile.ZipFile(file, "w") as archive:
            for name, data in names.items():
                archive.writestr(name, data)
        return file
    with tarfile.open(file, f"w:{kind.rpartition('.')[2]}") as archive:  # type: ignore[call-overload]
        for name, data in names.items():
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return file


@pytest.mark.parametrize("kind", KINDS)
def test_files_come_out_as_they_went_in(kind: str, tmp_path: Path) -> None:
    names = {"pack/__init__.py": b"A = 1\n", "pack/sub/deep.py": b""}
    unpack(an_archive(tmp_path, kind, names), tmp_path / "out")
    found = {
        file.relative_to(tmp_path / "out").as_posix(): file.read_bytes()
        for file in (tmp_path / "out").rglob("*.py")
    }
    assert found == names


@pytest.mark.parametrize("kind", KINDS[1:3])
@pytest.mark.parametrize(
    "name", ["/tmp/out.py", "../out.py", "a/../../out.py", "a\\..\\out.py", "C:out.py"]
)
def test_a_name_that_leads_elsewhere_is_refused(kind: str, name: str, tmp_path: Path) -> None:
    archive = an_archive(tmp_path, kind, {name: b""})
    with pytest.raises(BadBaseline, match="outside of its folder"):
        unpack(archive, tmp_path / "to" / "out")
    assert not list(tmp_path.rglob("*.py"))


@pytest.mark.parametrize("kind", KINDS[1:3])
def test_an_archive_without_an_end_is_refused(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = an_archive(tmp_path, kind, {"a.py": b"123", "b.py": b"456"})
    for limit, most, refused in (
        ("MOST_FILES", 1, True), ("MOST_FILES", 2, False),
        ("MOST_BYTES", 5, True), ("MOST_BYTES", 6, False),
    ):  # fmt: skip
        with monkeypatch.context() as patch:
            patch.setattr(module, limit, most)
            if refused:
                with pytest.raises(BadBaseline, match="more than"):
                    unpack(archive, tmp_path / "out")
            else:
                unpack(archive, tmp_path / "out")


def test_links_of_a_wheel_are_left_out(tmp_path: Path) -> None:
    link, file = zipfile.ZipInfo("pack/link.py"), zipfile.ZipInfo("pack/file.py")
    link.external_attr, file.external_attr = stat.S_IFLNK << 16, stat.S_IFREG << 16
    with zipfile.ZipFile(tmp_path / "a.whl", "w") as archive:
        archive.writestr(link, "/etc/passwd")
        archive.writestr(file, "A = 1\n")
        archive.writestr("pack/empty/", "")
    unpack(tmp_path / "a.whl", tmp_path / "out")
    assert [path.name for path in (tmp_path / "out" / "pack").iterdir()] == ["file.py"]


def test_a_checksum_behind_the_last_file_counts(tmp_path: Path) -> None:
    archive = an_archive(tmp_path, "a.tar.gz", {"pack/__init__.py": b"A = 1\n"})
    data = bytearray(archive.read_bytes())
    data[-8] ^= 1
    archive.write_bytes(bytes(data))
    with pytest.raises(BadBaseline, match="can't be unpacked"):
        unpack(archive, tmp_path / "out")
