"""File names from outside stay in their folder, however the folder is walked."""

from __future__ import annotations

import json
import os
import socket
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import reference_runtime
from reference_runtime import beneath
from reference_runtime.paths import (
    PathRefused,
    create_file,
    name_parts,
    open_file,
    validate_path,
)

DATA = Path(reference_runtime.__file__).parent / "escapes" / "path_escapes.json"
PAYLOADS: list[dict[str, Any]] = [
    p
    for p in json.loads(DATA.read_text(encoding="utf-8"))["payloads"]
    if p["cls"] not in ("archive", "checkpoint")
]
CANARY = b"canary 5f0c"
posix = pytest.mark.skipif(os.name == "nt", reason="links, pipes and handles of POSIX")


@dataclass
class Arena:
    """A folder that may be used, and what must not be reached from it."""

    top: Path

    @property
    def inside(self) -> Path:
        return self.top / "allowed"

    def names(self) -> dict[str, str]:
        outside, secret = self.top / "outside", self.top / "outside" / "secret.txt"
        return {
            "{AN}": "allowed",
            "{Aup}": str(self.inside).upper(),
            "{A}": str(self.inside),
            "{SIB}": str(self.top / "allowed-evil"),
            "{Srel}": "../outside/secret.txt",
            "{Sup}": str(secret).lstrip("/"),
            "{Sn}": "secret.txt",
            "{S}": str(secret),
            "{Orel}": "../outside",
            "{On}": "outside",
            "{O}": str(outside),
            "{pid}": str(os.getpid()),
            "{TOK}": "token",
            "{port}": "9",
            "{fd}": "0",
            "{SHM}": "segment",
        }

    def fill(self, text: str) -> str:
        for key, value in self.names().items():
            text = text.replace(key, value)
        return text

    def outside_now(self) -> dict[str, bytes]:
        return {
            str(f.relative_to(self.top)): f.read_bytes()
            for f in self.top.rglob("*")
            if f.is_file() and self.inside not in f.parents
        }


@pytest.fixture
def arena(tmp_path: Path) -> Arena:
    for name in ("allowed", "allowed-evil", "outside"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "secret.txt").write_bytes(CANARY)
    (tmp_path / "allowed" / "secret.txt").write_bytes(b"harmless")
    return Arena(tmp_path)


@pytest.fixture(params=["kernel", "walk", "names"], autouse=True)
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Each of the three ways to open below a folder."""
    if request.param == "kernel" and not beneath.has_openat2():
        pytest.skip("this kernel has no openat2")
    if request.param == "walk":
        if not beneath.HANDLES:
            pytest.skip("this platform has no handles of folders")
        monkeypatch.setattr(beneath, "has_openat2", lambda: False)
    if request.param == "names":
        monkeypatch.setattr(beneath, "HANDLES", False)
    return str(request.param)


def _set_up(arena: Arena, steps: str) -> None:
    for step in filter(None, steps.split(";")):
        kind, _, argument = step.partition(":")
        name, _, target = argument.partition("->")
        place = arena.inside / name
        if kind == "mkdir":
            place.mkdir()
        elif kind == "symlink":
            place.symlink_to(arena.fill(target))
        elif kind == "fifo":
            os.mkfifo(place)
        elif kind == "sock":
            with socket.socket(socket.AF_UNIX) as server:
                here = os.getcwd()
                os.chdir(arena.inside)  # the path of a socket may be 107 bytes long
                server.bind(name)
                os.chdir(here)


def _attempts(payload: dict[str, Any], arena: Arena) -> list[str]:
    text = arena.fill(payload["tpl"].replace("'a*256'", "a*256"))
    for letter, times in (("a", 256), ("a", 244), ("é", 130)):
        text = text.replace(f"{letter}*{times}", letter * times)
    if text.startswith("subfolder="):
        fields = dict(field.split("=", 1) for field in text.split("&"))
        return [f"{fields['subfolder']}/{fields['filename']}"]
    return [text, text.strip(), text.rpartition(" [")[0] or text]


def _read(arena: Arena, name: str) -> bytes | None:
    try:
        with open_file(arena.inside, name) as file:
            return file.read()
    except (PathRefused, FileNotFoundError):
        return None


def _write(arena: Arena, name: str) -> bool:
    try:
        with create_file(arena.inside, name, replace=True) as file:
            file.write(b"written")
    except (PathRefused, FileNotFoundError):
        return False
    return True


@posix
@pytest.mark.parametrize("payload", PAYLOADS, ids=lambda p: p["id"])
def test_no_payload_reads_or_writes_outside(payload: dict[str, Any], arena: Arena) -> None:
    _set_up(arena, payload["setup"])
    before = arena.outside_now()
    for name in _attempts(payload, arena):
        assert _read(arena, name) != CANARY
        _write(arena, name)
        assert arena.outside_now() == before


@pytest.mark.parametrize(
    "payload", [p for p in PAYLOADS if p["cls"] == "windows"], ids=lambda p: p["id"]
)
def test_names_that_windows_reads_otherwise_are_refused_everywhere(
    payload: dict[str, Any], arena: Arena
) -> None:
    with pytest.raises(PathRefused):
        name_parts(arena.fill(payload["tpl"]))


@pytest.mark.parametrize(
    "name",
    ["", " ", ".", "..", "a/..", "a//b", "/a", "a/", "a\\b", "C:a", "a.png:s", "a\0", "a\nb", "a.",
     "a ", "nul", "NUL.txt", "aux/b", "Com1.tar.gz", "conin$", "com²", "LONGNA~1.TXT", "\u202ea",
     "\uff0e\uff0e/a", "..\uff0fa", "\u2025/a", ".\u200d./a", "a" * 256, "é" * 128, "a/" * 64 + "a",
     "\udcaf", 3, None, b"a"],
    ids=repr,
)  # fmt: skip
def test_refused_names(name: object) -> None:
    with pytest.raises(PathRefused):
        name_parts(name)


@pytest.mark.parametrize(
    "name",
    ["a.png", "sub/a.png", "a b (1).png", "execution[test_x[_server0]]_00001_.png", "日本/é.png",
     ".hidden", "a..b", "...a", "-rf", "$HOME", "%Y", "~a", "conus", "comma", "null.txt", "a" * 255,
     "a\u200db", "file~1a.png", "[x]*?"],
    ids=repr,
)  # fmt: skip
def test_allowed_names(name: str) -> None:
    assert name_parts(name) == tuple(name.split("/"))


def test_a_refusal_says_what_is_wrong() -> None:
    with pytest.raises(PathRefused, match=r"'nul.txt' is refused: 'nul.txt' is the name of a dev"):
        name_parts("nul.txt")
    with pytest.raises(PathRefused, match="this is int"):
        name_parts(3)


@posix
def test_links_that_stay_inside_are_followed(arena: Arena) -> None:
    (arena.inside / "sub").mkdir()
    (arena.inside / "sub" / "a.txt").write_bytes(b"here")
    (arena.inside / "link").symlink_to("sub/../sub/a.txt")
    (arena.inside / "folder").symlink_to("sub")
    assert _read(arena, "link") == b"here"
    assert _read(arena, "folder/a.txt") == b"here"
    assert _write(arena, "folder/new.txt")
    assert (arena.inside / "sub" / "new.txt").read_bytes() == b"written"


@posix
@pytest.mark.parametrize("target", ["../outside/secret.txt", "/etc/passwd", "link", "sub/../.."])
def test_links_that_leave_are_refused(arena: Arena, target: str) -> None:
    (arena.inside / "sub").mkdir()
    (arena.inside / "link").symlink_to(target)
    with pytest.raises(PathRefused, match="link"):
        open_file(arena.inside, "link")
    with pytest.raises(PathRefused):
        validate_path("link", arena.inside)


@posix
def test_a_second_hard_link_is_not_read_and_not_written_through(arena: Arena) -> None:
    os.link(arena.top / "outside" / "secret.txt", arena.inside / "twin")
    with pytest.raises(PathRefused, match="second hard link"):
        open_file(arena.inside, "twin")
    assert _write(arena, "twin")
    assert (arena.top / "outside" / "secret.txt").read_bytes() == CANARY


@posix
@pytest.mark.parametrize("name", ["sub", "fifo"])
def test_what_is_no_plain_file_is_refused(arena: Arena, name: str) -> None:
    (arena.inside / "sub").mkdir()
    os.mkfifo(arena.inside / "fifo")
    with pytest.raises(PathRefused, match="no plain file"):
        open_file(arena.inside, name)


def test_a_missing_file_is_missing(arena: Arena) -> None:
    with pytest.raises(FileNotFoundError):
        open_file(arena.inside, "none.txt")
    assert (
        validate_path("none/at/all.txt", arena.inside) == arena.inside / "none" / "at" / "all.txt"
    )


def test_a_file_is_written_whole_into_new_folders(arena: Arena) -> None:
    with create_file(arena.inside, "a/b/c.txt", replace=False) as file:
        file.write(b"abc")
        assert not (arena.inside / "a" / "b" / "c.txt").exists()
    assert (arena.inside / "a" / "b" / "c.txt").read_bytes() == b"abc"
    assert os.listdir(arena.inside / "a" / "b") == ["c.txt"]


@pytest.mark.skipif(os.name == "nt", reason="needs a rename that replaces")
def test_an_old_file_is_replaced_only_on_request(arena: Arena, way: str) -> None:
    if way == "names":
        pytest.skip("there the platform's own rename refuses")
    with (
        pytest.raises(FileExistsError),
        create_file(arena.inside, "secret.txt", replace=False) as file,
    ):
        file.write(b"new")
    assert (arena.inside / "secret.txt").read_bytes() == b"harmless"
    assert os.listdir(arena.inside) == ["secret.txt"]
    assert _write(arena, "secret.txt")
    assert (arena.inside / "secret.txt").read_bytes() == b"written"


def test_nothing_is_left_of_a_write_that_failed(arena: Arena) -> None:
    with pytest.raises(ZeroDivisionError), create_file(arena.inside, "new", replace=True):
        raise ZeroDivisionError
    assert os.listdir(arena.inside) == ["secret.txt"]


@posix
def test_a_link_swapped_while_reading_never_leads_out(arena: Arena, way: str) -> None:
    if way == "names":
        pytest.skip("without handles the gap is narrowed, not closed")
    stop = threading.Event()
    swapper = threading.Thread(target=_swap, args=(arena.inside, stop))
    swapper.start()
    try:
        seen = {_read(arena, name) for _ in range(400) for name in ("swap", "swapd/secret.txt")}
    finally:
        stop.set()
        swapper.join()
    assert CANARY not in seen
    assert seen <= {b"harmless", b"inner", None}


def _swap(inside: Path, stop: threading.Event) -> None:
    (inside / "real").mkdir()
    (inside / "real" / "secret.txt").write_bytes(b"inner")
    while not stop.is_set():
        for name, target in (
            ("swap", "secret.txt"), ("swap", "../outside/secret.txt"),
            ("swapd", "real"), ("swapd", "../outside"),
        ):  # fmt: skip
            os.symlink(target, inside / "next")
            os.replace(inside / "next", inside / name)
