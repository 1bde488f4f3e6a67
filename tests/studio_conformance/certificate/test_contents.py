from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from studio_conformance.certificate.contents import (
    IGNORED,
    Contents,
    Uncoverable,
    read_contents,
    shown,
)


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    (folder / "nodes").mkdir(parents=True)
    (folder / "__init__.py").write_bytes(b"A = 1\n")
    (folder / "nodes" / "one.py").write_bytes(b"")
    return folder


def test_every_file_stands_with_its_own_digest(pack: Path) -> None:
    assert read_contents(pack).files == {
        "__init__.py": hashlib.sha256(b"A = 1\n").hexdigest(),
        "nodes/one.py": hashlib.sha256(b"").hexdigest(),
    }


def test_a_single_file_is_known_by_its_name(pack: Path) -> None:
    assert list(read_contents(pack / "__init__.py").files) == ["__init__.py"]


@pytest.mark.parametrize("name", IGNORED)
def test_version_control_and_caches_are_ignored_anywhere(pack: Path, name: str) -> None:
    before = read_contents(pack)
    for folder in (pack / name, pack / "nodes" / name):
        folder.mkdir()
        (folder / "x").write_text("x")
    assert read_contents(pack) == before


def test_what_the_run_writes_is_left_out_by_its_path_alone(pack: Path) -> None:
    before = read_contents(pack)
    (pack / "out").mkdir()
    (pack / "out" / "report.json").write_text("x")
    assert read_contents(pack, ["out"]) == before
    (pack / "nodes" / "out").write_text("x")
    assert before.first_difference(read_contents(pack, ["out"])) == "nodes/out was added"


def test_the_first_difference_in_order_is_named(pack: Path) -> None:
    before = read_contents(pack)
    assert before.first_difference(read_contents(pack)) is None
    (pack / "nodes" / "one.py").write_text("B = 2")
    assert before.first_difference(read_contents(pack)) == "nodes/one.py was changed"
    (pack / "a.py").write_text("")
    assert before.first_difference(read_contents(pack)) == "a.py was added"
    (pack / "__init__.py").unlink()
    assert before.first_difference(read_contents(pack)) == "__init__.py is missing"


def test_a_file_in_place_of_a_link_is_a_change(pack: Path) -> None:
    (pack / "two.py").symlink_to("nodes/one.py")
    before = read_contents(pack)
    assert before.links == {"two.py": "nodes/one.py"}
    (pack / "two.py").unlink()
    (pack / "two.py").write_bytes(b"")
    assert before.first_difference(read_contents(pack)) == "two.py was changed"


def test_a_link_to_another_file_of_the_pack_is_a_change(pack: Path) -> None:
    (pack / "two.py").symlink_to("nodes/one.py")
    before = read_contents(pack)
    (pack / "two.py").unlink()
    (pack / "two.py").symlink_to("__init__.py")
    assert before.first_difference(read_contents(pack)) == "two.py was changed"


@pytest.mark.parametrize("target", ["/etc/passwd", "..", "../beside", "nodes/../../beside"])
def test_a_link_out_of_the_pack_can_not_be_covered(pack: Path, target: str) -> None:
    (pack.parent / "beside").write_text("")
    (pack / "link").symlink_to(target)
    with pytest.raises(Uncoverable, match="link is a link that leads out of the pack"):
        read_contents(pack)


def test_a_pack_may_be_reached_by_a_link(pack: Path) -> None:
    (pack / "two.py").symlink_to("nodes/one.py")
    (pack.parent / "alias").symlink_to(pack)
    assert read_contents(pack.parent / "alias") == read_contents(pack)


def test_a_large_file_is_digested_to_its_end(pack: Path) -> None:
    large = pack / "large.bin"
    large.write_bytes(bytes(3 << 20) + b"1")
    before = read_contents(pack)
    assert before.files["large.bin"] == hashlib.sha256(large.read_bytes()).hexdigest()
    large.write_bytes(bytes(3 << 20) + b"2")
    assert before.first_difference(read_contents(pack)) == "large.bin was changed"


def test_a_link_in_a_circle_ends(pack: Path) -> None:
    (pack / "link").symlink_to("link")
    assert read_contents(pack).links == {"link": "link"}


def test_bytecode_in_place_of_source_is_found(pack: Path) -> None:
    cache, single = pack / "nodes" / "__pycache__", pack / "nodes" / "one.py"
    cache.mkdir()
    assert [*read_contents(pack).bytecode_in(pack)] == []
    (cache / "two.cpython-311.pyc").write_bytes(b"")
    assert [*read_contents(pack).bytecode_in(pack)] == ["nodes/__pycache__"]
    assert [*read_contents(single).bytecode_in(single)] == []
    (cache / "one.cpython-311.pyc").write_bytes(b"")
    assert [*read_contents(single).bytecode_in(single)] == [str(cache)]


def test_bytecode_beside_a_file_with_brackets_in_its_name_is_found(pack: Path) -> None:
    single, cache = pack / "nodes" / "a[1].py", pack / "nodes" / "__pycache__"
    single.write_text("A = 1\n")
    cache.mkdir()
    (cache / "a1.cpython-311.pyc").write_bytes(b"")
    assert [*read_contents(single).bytecode_in(single)] == []
    (cache / "a[1].cpython-311.pyc").write_bytes(b"")
    assert [*read_contents(single).bytecode_in(single)] == [str(cache)]


def test_bytecode_beside_a_folder_is_none_of_it(pack: Path) -> None:
    cache = pack.parent / "__pycache__"
    cache.mkdir()
    (cache / "pack.cpython-311.pyc").write_bytes(b"")
    assert [*read_contents(pack).bytecode_in(pack)] == []


def test_what_was_ignored_is_known(pack: Path) -> None:
    assert read_contents(pack).passed_over == []
    for place in ("nodes", "."):
        (pack / place / "__pycache__").mkdir()
    assert read_contents(pack).passed_over == ["__pycache__", "nodes/__pycache__"]


def test_a_linked_folder_is_not_walked(pack: Path) -> None:
    (pack / "again").symlink_to("nodes")
    assert sorted(read_contents(pack).files) == ["__init__.py", "nodes/one.py"]


def test_a_pipe_is_refused_and_not_waited_for(pack: Path) -> None:
    os.mkfifo(pack / "pipe")
    with pytest.raises(Uncoverable, match="pipe is neither"):
        read_contents(pack)


def test_a_name_does_nothing_to_a_terminal() -> None:
    assert shown("nodes/ü.py") == "nodes/ü.py"
    assert shown("a\x1b[2J") == r"'a\x1b[2J'"
    assert Contents({"\n": "0"}).first_difference(Contents()) == r"'\n' is missing"
