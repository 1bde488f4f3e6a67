"""Small files of the common formats that carry a token, and files that do something when loaded."""

from __future__ import annotations

import io
import json
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from typing import Any

TORCH_MAGIC, TORCH_PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
"""What torch's first file format begins with."""


def text(token: str) -> bytes:
    return f"{token}\n".encode()


def png(token: str) -> bytes:
    """The token as a text and, again and again, as grey values of 16 by 16 pixels."""
    values = (token.encode() * 16)[:256]
    rows = b"".join(b"\0" + values[row : row + 16] for row in range(0, 256, 16))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", 16, 16, 8, 0, 0, 0, 0)),
            _chunk(b"tEXt", b"comment\0" + token.encode()),
            _chunk(b"IDAT", zlib.compress(rows)),
            _chunk(b"IEND", b""),
        )
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def npy(token: str) -> bytes:
    data = token.encode()
    head = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({len(data)},), }}"
    head = head.ljust((len(head) + 10) // 64 * 64 + 64 - 11) + "\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + data


def safetensors(token: str) -> bytes:
    data = token.encode()
    entry = {"dtype": "U8", "shape": [len(data)], "data_offsets": [0, len(data)]}
    head = json.dumps({"__metadata__": {"comment": token}, "token": entry}).encode()
    return struct.pack("<Q", len(head)) + head + data


def torch_file(token: str) -> bytes:
    """In torch's first format, which needs no torch to write; it holds a text."""
    return _legacy({"token": token})


def _legacy(held: Any) -> bytes:
    about = {"protocol_version": TORCH_PROTOCOL, "little_endian": True, "type_sizes": {}}
    whole: list[Any] = [TORCH_MAGIC, TORCH_PROTOCOL, about, held, []]
    return b"".join(pickle.dumps(part, 2) for part in whole)


def wav(token: str) -> bytes:
    """Eight-bit sound whose samples are the token."""
    data = (token.encode() * 40)[:800]
    form = struct.pack("<4sIHHIIHH", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    body = b"WAVE" + form + struct.pack("<4sI", b"data", len(data)) + data
    return struct.pack("<4sI", b"RIFF", len(body)) + body


def database(token: str) -> bytes:
    import sqlite3

    held = sqlite3.connect(":memory:")
    try:
        held.execute("create table canary (token text)")
        held.execute("insert into canary values (?)", (token,))
        held.commit()
        serialize: Any = getattr(held, "serialize", None)  # from Python 3.11 on
        return bytes(serialize()) if serialize else b"SQLite format 3\0"
    finally:
        held.close()


CANARIES: dict[str, Callable[[str], bytes]] = {
    ".txt": text,
    ".png": png,
    ".json": lambda token: json.dumps({"token": token}).encode(),
    ".csv": lambda token: f"token,value\n{token},1\n".encode(),
    ".yaml": lambda token: f"token: {token}\n".encode(),
    ".npy": npy,
    ".pt": torch_file,
    ".safetensors": safetensors,
    ".wav": wav,
    ".db": database,
    ".jpg": png,
    ".md": text,
    ".py": lambda token: f"token = {token!r}\n".encode(),
    ".mp4": text,
    ".ttf": text,
    ".zip": lambda token: _zip({"token.txt": token.encode()}),
}
"""By extension: what a file with the token holds."""

# --- files that do something ----------------------------------------------------------------------


class _Does:
    """Pickles to a call of ``os.mkdir``."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        import os

        return os.mkdir, (self.path,)


def doing(kind: str, folder: str, up: str, token: str) -> dict[str, bytes]:
    """By extension: files of the kind that make ``folder``/... when loaded carelessly.

    ``up``: the way from where archives are unpacked to what holds the decoys. Raises KeyError.
    """
    target, member = f"{folder}/ld{token}", f"ar{token}.txt"
    objects = _object_array(target)
    pickled = pickle.dumps(_Does(target), 2)
    makers: dict[str, Callable[[], dict[str, bytes]]] = {
        "pickle": lambda: dict.fromkeys((".pkl", ".pickle", ".p", ".bin", ".dat"), pickled),
        "torch": lambda: dict.fromkeys((".pt", ".pth", ".ckpt"), _legacy(_Does(target))),
        "yaml": lambda: dict.fromkeys(
            (".yaml", ".yml"), f'!!python/object/apply:os.mkdir ["{target}"]\n'.encode()
        ),
        "numpy": lambda: {".npy": objects, ".npz": _zip({"a.npy": objects})},
        "python": lambda: {".py": f"import os\nos.mkdir({target!r})\n".encode()},
        "zip": lambda: {".zip": _zip(dict.fromkeys((up + member, f"{folder}/{member}"), b"x"))},
        "tar": lambda: dict.fromkeys((".tar", ".tar.gz"), _tar(f"{up}{member}")),
    }  # fmt: skip
    return makers[kind]()


def _object_array(target: str) -> bytes:
    head = "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"
    head = head.ljust((len(head) + 10) // 64 * 64 + 64 - 11) + "\n"
    pickled = pickle.dumps(_Does(target), 2)
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(head)) + head.encode() + pickled


def _zip(members: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data)
    return held.getvalue()


def _tar(name: str) -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w") as archive:
        member = tarfile.TarInfo(name)
        member.size = 1
        archive.addfile(member, io.BytesIO(b"x"))
    return held.getvalue()
