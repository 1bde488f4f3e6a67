"""Lay out the folder that poses as the host's own: models, input, output, custom_nodes, ..."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

from reference_runtime.host.standins import folder_paths
from reference_runtime.levels import ACTIVE


def prepare(root: Path) -> None:
    """Point ``folder_paths`` at ``root`` and make the folders and the example image of a new host.

    A root that can't be written stays as it is: listings of missing folders are empty.
    """
    folder_paths._use_root(root, ACTIVE.level.rank)
    try:
        for name in ("input", "output", "temp", "user"):
            (root / name).mkdir(parents=True, exist_ok=True)
        for paths, _ in folder_paths.folder_names_and_paths.values():
            for path in paths:
                Path(path).mkdir(parents=True, exist_ok=True)
        example = root / "input" / "example.png"
        if not example.exists():
            example.write_bytes(png(64, 64))
    except OSError:
        return


def png(width: int, height: int) -> bytes:
    """A small RGB image: a grey ramp from left to right."""
    row = b"\0" + bytes(255 * x // max(width - 1, 1) for x in range(width) for _ in range(3))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(row * height)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
