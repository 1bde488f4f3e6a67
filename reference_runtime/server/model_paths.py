"""Extra folders of models and packs: the host's ``extra_model_paths.yaml``.

Each section gives folder names and one path or several (a line each), relative to ``base_path``,
which is relative to the file; ``is_default`` puts a section's folders before all others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PACKS = "custom_nodes"


class BadConfig(ValueError):
    """The file is no such configuration."""


@dataclass(frozen=True)
class ExtraFolder:
    """One folder more: ``kind`` is "checkpoints", "custom_nodes", ..."""

    kind: str
    path: Path
    first: bool = False


def read(file: Path) -> list[ExtraFolder]:
    """The folders of a configuration. Raises BadConfig and OSError."""
    import yaml

    try:
        sections = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadConfig(f"{file} is no YAML: {error}") from None
    if not isinstance(sections, dict):
        raise BadConfig(f"{file} has no sections, like `mine:` with `checkpoints: path` below")
    return [
        folder
        for name, section in sections.items()
        if section is not None
        for folder in _section(file, name, section)
    ]


def _section(file: Path, name: Any, section: Any) -> Iterator[ExtraFolder]:
    if not isinstance(section, dict):
        raise BadConfig(f"the section {name!r} of {file} has no folders below it")
    base = _base(file, section.get("base_path"))
    first = bool(section.get("is_default", False))
    for kind, paths in section.items():
        if kind in ("base_path", "is_default"):
            continue
        if not isinstance(kind, str) or not isinstance(paths, str):
            raise BadConfig(f"{name}.{kind} of {file} is not text: {paths!r}")
        for path in filter(None, (line.strip() for line in paths.splitlines())):
            yield ExtraFolder(kind, Path(os.path.normpath(base / path)), first)


def _base(file: Path, base_path: Any) -> Path:
    here = file.absolute().parent
    if not base_path:
        return here
    return here / os.path.expandvars(os.path.expanduser(str(base_path)))


def packs_in(folder: Path) -> list[Path]:
    """The packs of a custom_nodes folder, by name: folders and single files, as the host counts."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if _is_pack(path))


def _is_pack(path: Path) -> bool:
    if path.name.endswith(".disabled") or path.name in ("__pycache__",):
        return False
    return path.suffix == ".py" if path.is_file() else path.is_dir()
