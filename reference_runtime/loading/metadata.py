"""What a pack's pyproject.toml says to the host. Runs in the host process; nothing is imported."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from reference_runtime.reading import read_regular


def read_pyproject(pack: Path) -> dict[str, Any]:
    """The pack's pyproject.toml as a dict; empty when there is none or it does not parse."""
    file = pack / "pyproject.toml"
    if not pack.is_dir() or not file.is_file():
        return {}
    toml = _toml()
    try:
        data: dict[str, Any] = toml.loads(read_regular(file).decode("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return data


def _toml() -> Any:
    try:
        return importlib.import_module("tomllib")
    except ModuleNotFoundError:  # Python 3.10
        return importlib.import_module("tomli")


def table(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """The nested table; empty when something on the way is absent or no table."""
    for name in names:
        found = data.get(name)
        data = found if isinstance(found, dict) else {}
    return data


def declared_web(pack: Path, brand: str) -> str | None:
    """``[tool.<brand>] web``: the folder that the brand's host serves to the browser, if named."""
    found = table(read_pyproject(pack), "tool", brand).get("web")
    return found if isinstance(found, str) and found else None
