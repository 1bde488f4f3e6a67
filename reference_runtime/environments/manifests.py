"""What pyproject.toml and the manifests of pyisolate say about a pack's environment."""

from __future__ import annotations

import importlib
import re
from pathlib import Path
from typing import Any

from reference_runtime.environments.requirements import Gathering, Origin
from reference_runtime.reading import read_regular

BRANDS = ("studio", "comfy")
PYTHON_KEYS = ("python", "python_version", "requires-python")


def read_pyproject(file: Path, gathering: Gathering) -> None:
    """``[project]``, and ``[tool.<brand>.isolation]`` as pyisolate's hosts read it."""
    text = _text(file, gathering)
    if text is None:
        return
    try:
        data = _toml().loads(text)
    except (ValueError, RecursionError) as error:
        where = re.search(r"at line (\d+)", str(error))
        gathering.say(f"is no TOML: {error}", Origin(str(file), int(where[1]) if where else None))
        return
    places = _Places(file, text)
    project = data.get("project", {})
    if not isinstance(project, dict):
        return gathering.say("[project] must be a table", places.of("project"))
    _dependencies(project.get("dependencies", []), "[project] dependencies", places, gathering)
    if "requires-python" in project:
        gathering.want_python(project["requires-python"], places.of("requires-python"))
    for brand in BRANDS:
        _isolation(_table(data, "tool", brand, "isolation"), places, gathering)


def read_manifest(file: Path, gathering: Gathering) -> None:
    """pyisolate.yaml or manifest.yaml: ``dependencies``, ``share_torch``, ``python``."""
    text = _text(file, gathering)
    if text is None:
        return
    try:
        yaml: Any = importlib.import_module("yaml")
    except ModuleNotFoundError:
        return gathering.say("reading it needs PyYAML (pip install pyyaml)", Origin(str(file)))
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        what = getattr(error, "problem", None) or "can't be parsed"
        where = Origin(str(file), mark.line + 1 if mark else None)
        return gathering.say(f"is no YAML: {what}", where)
    places = _Places(file, text)
    if not isinstance(data, dict):
        return gathering.say("must be a mapping with 'dependencies'", places.of(""))
    wanted = data.get("dependencies")
    _dependencies([] if wanted is None else wanted, "dependencies", places, gathering)
    _isolation(data, places, gathering)


def _isolation(data: dict[str, Any], places: _Places, gathering: Gathering) -> None:
    """Keys that both kinds of manifest share."""
    share = data.get("share_torch", True)
    if not isinstance(share, bool):
        gathering.say(f"share_torch must be true or false, not {share!r}", places.of("share_torch"))
    gathering.share_torch &= share is not False
    for key in PYTHON_KEYS:
        if data.get(key) is not None:
            gathering.want_python(data[key], places.of(key))


def _dependencies(value: object, name: str, places: _Places, gathering: Gathering) -> None:
    if not isinstance(value, list):
        where = places.of("dependencies")
        return gathering.say(f"{name} must be a list of texts, not {value!r}", where)
    for item in value:
        gathering.want(item, places.of(str(item), after="dependencies"))


def _text(file: Path, gathering: Gathering) -> str | None:
    try:
        return read_regular(file).decode("utf-8-sig")
    except OSError as error:
        gathering.say(f"can't be read: {error.strerror}", Origin(str(file)))
    except UnicodeDecodeError:
        gathering.say("is not UTF-8", Origin(str(file)))
    return None


def _toml() -> Any:
    try:
        return importlib.import_module("tomllib")
    except ModuleNotFoundError:  # Python 3.10
        return importlib.import_module("tomli")


def _table(data: Any, *names: str) -> dict[str, Any]:
    for name in names:
        data = data.get(name) if isinstance(data, dict) else None
    return data if isinstance(data, dict) else {}


class _Places:
    """Lines of a file by a text that stands in them: parsers of TOML keep no positions."""

    def __init__(self, file: Path, text: str) -> None:
        self.file, self.lines = str(file), text.splitlines()

    def of(self, text: str, after: str = "") -> Origin:
        """The first line that holds ``text`` and is no comment; line 1 when none does.

        ``after``: a key; lines from the one that begins with it count first.
        """
        numbered = [(n, line.strip()) for n, line in enumerate(self.lines, 1)]
        begin = next((n for n, line in numbered if after and line.startswith(after)), 1)
        for number, line in [*numbered[begin - 1 :], *numbered]:
            if text in line and not line.startswith("#"):
                return Origin(self.file, number)
        return Origin(self.file, 1)
