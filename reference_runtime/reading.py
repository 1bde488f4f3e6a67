"""Read files of packs: regular ones of a size that a person writes, and nothing that never ends.

A link to /dev/zero, a pipe or a file of gigabytes would stop who judges a pack, not the pack.
"""

from __future__ import annotations

import ast
import errno
import os
import stat
from pathlib import Path

MOST_BYTES = 32 << 20


def read_regular(file: str | Path, most: int = MOST_BYTES) -> bytes:
    """What stands in a regular file of at most ``most`` bytes. Follows links. Raises OSError."""
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(file, flags), "rb") as stream:
        facts = os.fstat(stream.fileno())
        if stat.S_ISDIR(facts.st_mode):
            raise IsADirectoryError(errno.EISDIR, "Is a directory", str(file))
        if not stat.S_ISREG(facts.st_mode):
            raise OSError(errno.EINVAL, "Not a regular file", str(file))
        if facts.st_size > most:
            raise OSError(errno.EFBIG, "File too large", str(file))
        return stream.read(most)


def parse_source(file: str | Path) -> ast.Module | None:
    """The syntax tree of a file; None when it can't be read or parsed."""
    try:
        return ast.parse(read_regular(file), str(file))
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return None  # MemoryError: expressions nested too deeply for the parser.
