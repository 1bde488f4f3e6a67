"""Read a TOML file; when it is broken, say so in one line with file and position."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

from reference_runtime.reading import read_regular

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # type: ignore[import-not-found, unused-ignore]


class BrokenToml(ValueError):
    """A TOML file can't be read; the message is one line: ``file:line:column: what``."""


def parse_toml(text: str) -> dict[str, Any]:
    """The data of a TOML text. Raises ValueError."""
    data: dict[str, Any] = tomllib.loads(text)
    return data


def read_toml(file: Path) -> dict[str, Any]:
    """The file's data. Raises BrokenToml for anything that keeps it from being read."""
    try:
        return parse_toml(read_regular(file).decode("utf-8"))
    except OSError as error:
        raise BrokenToml(f"{file}: can't be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise BrokenToml(f"{file}: not UTF-8 at byte {error.start}") from error
    except tomllib.TOMLDecodeError as error:
        raise BrokenToml(_located(file, str(error))) from error
    except RecursionError:
        raise BrokenToml(f"{file}: nested too deeply") from None
    except ValueError as error:  # A number of more digits than Python reads.
        raise BrokenToml(f"{file}: {str(error).partition(';')[0]}") from error


def _located(file: Path, message: str) -> str:
    """Bring the position, which the parser puts last, to where editors look for it."""
    match = re.search(r"\s*\(at line (\d+), column (\d+)\)$", message)
    if match is None:
        return f"{file}: {message}"
    return f"{file}:{match[1]}:{match[2]}: {message[: match.start()]}"
