"""From what the user wrote after ``--studio-pack`` to a folder or file, running none of it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import re
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from studio_conformance.toml import BrokenToml, read_toml


class UnusablePack(ValueError):
    """The argument names no pack; the message says what it names and what to do."""


@dataclass(frozen=True)
class Target:
    """A pack as asked for. ``path``: absolute, a folder with ``__init__.py`` or a ``.py`` file."""

    argument: str
    path: Path
    name: str
    version: str | None


def find_pack(argument: str, cwd: Path) -> Target:
    """Resolve a path, else an importable module, else an installed distribution.

    Raises UnusablePack, and BrokenToml when the pack's own pyproject.toml does not parse.
    """
    try:
        return _found(argument, cwd)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, an unknown ~user
        raise UnusablePack(f"no pack {argument!r}: {cause(error)}") from None


def cause(error: Exception) -> str:
    """What the system says, without a path that the reader knows."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _found(argument: str, cwd: Path) -> Target:
    path = (cwd / Path(argument).expanduser()).absolute()
    if path.exists():
        return _target(argument, check_is_pack(path.resolve()))
    if re.fullmatch(r"[^\W\d]\w*(\.[^\W\d]\w*)*", argument):
        found = _find_module(argument)
        if found is not None:
            return _target(argument, check_is_pack(found))
    if re.fullmatch(r"[A-Za-z0-9][\w.-]*", argument):
        target = _find_distribution(argument)
        if target is not None:
            return target
    raise UnusablePack(_not_found(argument, path))


def check_is_pack(path: Path) -> Path:
    """Return ``path`` when the host would load it as a pack; raise UnusablePack otherwise."""
    if path.is_file() and path.suffix == ".py":
        return path
    if not path.is_dir():
        raise UnusablePack(f"{path} is no pack: neither a folder nor a .py file")
    if (path / "__init__.py").is_file():
        return path
    entries = sorted(path.iterdir())
    if not entries:
        raise UnusablePack(f"{path} is no pack: the folder is empty")
    inner = [entry.name for entry in entries if (entry / "__init__.py").is_file()]
    hint = f"; packs inside it: {', '.join(inner[:5])}" if inner else ""
    raise UnusablePack(f"{path} is no pack: it has no __init__.py{hint}")


def _not_found(argument: str, path: Path) -> str:
    message = f"no pack {argument!r}: no such file or folder"
    looks_like_path = "/" in argument or "\\" in argument or argument.endswith(".py")
    if not looks_like_path:
        message += ", importable module or installed distribution"
    siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
    near = get_close_matches(path.name, siblings, n=1)
    return message + (f"; did you mean {str(Path(argument).parent / near[0])!r}?" if near else "")


def _target(argument: str, path: Path) -> Target:
    name, version = project_name(path)
    return Target(argument, path, name, version)


def project_name(path: Path) -> tuple[str, str | None]:
    """Name and version: the pack's own pyproject.toml, else the folder's or file's name.

    A single file is one of many in its folder, so a pyproject.toml beside it does not name it.
    """
    host_name = path.name if path.is_dir() else path.stem
    file = path / "pyproject.toml"
    if not path.is_dir() or not file.is_file():
        return host_name, None
    data = read_toml(file)
    for table in (_table(data, "project"), _table(data, "tool", "poetry")):
        name = table.get("name")
        if isinstance(name, str) and name.strip():
            version = table.get("version")
            return name.strip(), version if isinstance(version, str) else None
    return host_name, None


def _table(data: dict[str, Any], *keys: str) -> dict[str, Any]:
    """The table at ``keys``, or an empty one when something else stands there."""
    for key in keys:
        found = data.get(key)
        data = found if isinstance(found, dict) else {}
    return data


def _find_module(name: str) -> Path | None:
    """Where module ``name`` lies. Only finders run: parents of a dotted name are not imported."""
    top, *rest = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        return None
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return _descend([Path(p) for p in spec.submodule_search_locations], rest)
    origin = Path(spec.origin or "")
    return origin if not rest and origin.suffix == ".py" and origin.is_file() else None


def _descend(folders: list[Path], names: list[str]) -> Path | None:
    for folder in folders:
        path = folder.joinpath(*names)
        for candidate in (path, path.with_name(path.name + ".py")):
            if candidate.exists():
                return candidate.resolve()
    return None


def _find_distribution(name: str) -> Target | None:
    try:
        found = importlib.metadata.distribution(name)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None
    tops = [path for path in map(_find_module, _top_levels(found)) if path is not None]
    tops = tops or _editable_root(found)
    title = found.metadata["Name"]
    if len(tops) > 1:
        alike = [p for p in tops if _plain(p.stem) == _plain(title)]
        tops = alike or tops
    if len(tops) != 1:
        listed = ", ".join(p.stem for p in tops) or "none"
        raise UnusablePack(
            f"distribution {title!r} has no single top-level package ({listed}); name the module"
        )
    return Target(name, check_is_pack(tops[0]), title, found.version)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def _top_levels(found: importlib.metadata.Distribution) -> list[str]:
    """Names of the importable packages and modules that the distribution installed."""
    listed = (found.read_text("top_level.txt") or "").split()
    if listed:
        return sorted(listed)
    files = [file for file in found.files or () if file.suffix == ".py"]
    tops = {file.parts[0] if len(file.parts) > 1 else file.stem for file in files}
    return sorted(top for top in tops if top.isidentifier())


def _editable_root(found: importlib.metadata.Distribution) -> list[Path]:
    """The project folder of an editable install, when the folder itself is the pack."""
    try:
        url = urlsplit(json.loads(found.read_text("direct_url.json") or "{}").get("url", ""))
    except ValueError:
        return []
    root = Path(unquote(url.path))
    return [root] if url.scheme == "file" and (root / "__init__.py").is_file() else []


__all__ = [
    "BrokenToml",
    "Target",
    "UnusablePack",
    "cause",
    "check_is_pack",
    "find_pack",
    "project_name",
]
