"""The three folders whose files clients may see and add to: ``/view`` and ``/upload``.

Every name goes through ``paths``: what leads out of its folder is refused.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO
from urllib.parse import quote

from reference_runtime.paths import PathRefused, create_file, open_file

_MARKS = {"[output]": "output", "[input]": "input", "[temp]": "temp"}
# A browser would run these with the rights of the server's own pages.
_ACTIVE = frozenset({"text/html", "application/xhtml+xml", "text/css", "text/xml", "image/svg+xml"})
_SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
}
_CHUNK = 1 << 20
MOST_TRIES = 10_000


@dataclass(frozen=True)
class Folders:
    """The folders called "input", "output" and "temp"."""

    input: Path
    output: Path
    temp: Path

    def named(self, kind: str) -> Path:
        """Raises PathRefused for any other name."""
        if kind not in ("input", "output", "temp"):
            raise PathRefused(f"there is no folder {kind!a}; there are input, output and temp")
        found: Path = getattr(self, kind)
        return found


@dataclass(frozen=True)
class Viewed:
    """A file to show: open, with its last name and its content type."""

    file: BinaryIO
    name: str
    content_type: str

    def headers(self) -> dict[str, str]:
        return {**_SAFE_HEADERS, "Content-Disposition": f"filename*=UTF-8''{quote(self.name)}"}


def view(folders: Folders, query: Mapping[str, str]) -> Viewed:
    """Open what ``filename``, ``subfolder`` and ``type`` name; "name [input]" names the type too.

    Raises PathRefused, FileNotFoundError, PermissionError.
    """
    filename, kind = query["filename"], query.get("type", "output")
    for mark, marked in _MARKS.items():
        if filename.endswith(" " + mark):
            filename, kind = filename[: -len(mark) - 1], marked
            break
    name = join(query.get("subfolder", ""), filename)
    file = open_file(folders.named(kind), name)
    return Viewed(file, PurePosixPath(name).name, content_type(name))


def join(subfolder: str, filename: str) -> str:
    """One relative name. A subfolder may end with a slash."""
    return f"{subfolder.removesuffix('/')}/{filename}" if subfolder else filename


def content_type(name: str) -> str:
    """By the extension; what a browser would run becomes mere bytes."""
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return "application/octet-stream" if guessed in _ACTIVE or "script" in guessed else guessed


# --- pictures in another form ---------------------------------------------------------------------


def preview(file: BinaryIO, form: str, channel: str | None) -> tuple[bytes, str]:
    """The picture as "webp;90" or "jpeg;80" says, colours only for the channel "rgb" """
    from PIL import Image

    kind, _, quality = form.partition(";")
    kind = kind if kind in ("webp", "jpeg") else "webp"
    with Image.open(file) as picture:
        plain = kind == "jpeg" or channel == "rgb"
        return _encoded(picture.convert("RGB") if plain else picture, kind, _quality(quality))


def _quality(text: str) -> int:
    return min(max(int(text), 1), 100) if text.isdecimal() else 90


def channel_of(file: BinaryIO, channel: str) -> tuple[bytes, str]:
    """The picture's colours ("rgb") or its alpha ("a") alone, as PNG."""
    from PIL import Image

    with Image.open(file) as picture:
        if channel == "rgb":
            return _encoded(picture.convert("RGB"), "png", 0)
        alpha = picture.convert("RGBA").getchannel("A")
        made = Image.new("RGBA", picture.size)
        made.putalpha(alpha)
        return _encoded(made, "png", 0)


def _encoded(picture: Any, kind: str, quality: int) -> tuple[bytes, str]:
    out = BytesIO()
    options = {"quality": quality} if kind != "png" else {}
    picture.save(out, format=kind.upper(), **options)
    return out.getvalue(), f"image/{kind}"


# --- uploads --------------------------------------------------------------------------------------


def upload(
    folders: Folders, kind: str, subfolder: str, filename: str, content: BinaryIO, overwrite: bool
) -> dict[str, str]:
    """Store a file; the answer says under which name.

    A name that is taken by other content gets " (1)", " (2)", ...; by the same content it is used.
    Raises PathRefused and OSError.
    """
    root = folders.named(kind)
    for name in _names(filename):
        path = join(subfolder, name)
        if not overwrite and _same(root, path, content):
            break
        try:
            _store(root, path, content, overwrite)
        except FileExistsError:
            continue
        break
    else:
        raise FileExistsError(f"{filename!a} and {MOST_TRIES} names like it are taken")
    return {"name": name, "subfolder": subfolder, "type": kind}


def _names(filename: str) -> Iterator[str]:
    path = PurePosixPath(filename)
    yield filename
    for number in range(1, MOST_TRIES):
        yield f"{filename.removesuffix(path.suffix)} ({number}){path.suffix}"


def _same(root: Path, name: str, content: BinaryIO) -> bool:
    try:
        with open_file(root, name) as stored:
            return all(here == there for here, there in _chunks(stored, content))
    except FileNotFoundError:
        return False


def _chunks(one: BinaryIO, other: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    other.seek(0)
    while True:
        pair = one.read(_CHUNK), other.read(_CHUNK)
        if not any(pair):
            return
        yield pair


def _store(root: Path, name: str, content: BinaryIO, overwrite: bool) -> None:
    content.seek(0)
    with create_file(root, name, replace=overwrite) as file:
        while chunk := content.read(_CHUNK):
            file.write(chunk)
