"""Files that hold a token, in the formats that nodes read; written by the standard library."""

from __future__ import annotations

import io
import json
import pickle
import sqlite3
import struct
import wave
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path


def png(token: bytes) -> bytes:
    """One row of grey pixels, which are the token."""
    header = struct.pack(">IIBBBBB", len(token), 1, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(b"\0" + token)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def npy(token: bytes) -> bytes:
    header = f"{{'descr': '|u1', 'fortran_order': False, 'shape': ({len(token)},), }}"
    padded = header.ljust(117) + "\n"
    return b"\x93NUMPY\1\0" + struct.pack("<H", len(padded)) + padded.encode() + token


def checkpoint(token: bytes) -> bytes:
    """What torch.save writes for a dictionary of plain values."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("secret/data.pkl", pickle.dumps({"secret": token.decode()}, 2))
        archive.writestr("secret/byteorder", "little")
        archive.writestr("secret/version", "3\n")
    return whole.getvalue()


def safetensors(token: bytes) -> bytes:
    place = {"dtype": "U8", "shape": [len(token)], "data_offsets": [0, len(token)]}
    header = json.dumps({"secret": place}).encode()
    return struct.pack("<Q", len(header)) + header + token


def sound(token: bytes) -> bytes:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(8000)
        file.writeframes(token)
    return whole.getvalue()


def table(token: bytes) -> bytes:
    return b"name,secret\na," + token + b"\n"


def document(token: bytes) -> bytes:
    return json.dumps({"secret": token.decode()}).encode()


FORMATS: dict[str, Callable[[bytes], bytes]] = {
    "txt": bytes,
    "json": document,
    "csv": table,
    "png": png,
    "npy": npy,
    "pt": checkpoint,
    "safetensors": safetensors,
    "wav": sound,
}


def plant(folder: Path, token: str) -> None:
    """Write a ``secret`` of every format, a database among them."""
    for suffix, make in FORMATS.items():
        (folder / f"secret.{suffix}").write_bytes(make(token.encode()))
    database = sqlite3.connect(folder / "secret.db", isolation_level=None)
    database.execute("pragma synchronous = off")
    database.execute("pragma journal_mode = off")
    database.execute("create table secret (value text)")
    database.execute("insert into secret values (?)", (token,))
    database.close()
