"""Which API level a pack is judged by, and why. Static: nothing of the pack is imported."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from reference_runtime.levels import COMFY_LATEST, DEFAULT_LEVEL, STUDIO_0_3_71, Level, level_named
from reference_runtime.loading.metadata import read_pyproject, table
from reference_runtime.loading.place import Place
from reference_runtime.reading import parse_source, read_regular

_REQUIREMENTS = ("requires-studioui", "requires-comfyui")
_BRANDS = {"studio": STUDIO_0_3_71, "comfy": COMFY_LATEST}
_ENTRY_POINTS = {"studio_entrypoint": "studio", "comfy_entrypoint": "comfy"}


def resolve_level(path: Path, explicit: str | None, configured: str | None) -> tuple[Level, str]:
    """The level and one line that says where it comes from.

    ``explicit`` is the command line's, ``configured`` the pack's ``[tool.studio-conformance]
    api``. Next come the host that its pyproject requires, the brand that its source imports, and
    the default. Raises UnknownLevel for a name given that is no level.
    """
    if explicit is not None:
        return level_named(explicit), "given on the command line"
    if configured is not None:
        return level_named(configured), "[tool.studio-conformance] api in pyproject.toml"
    required = _required(read_pyproject(path))
    if required is not None:
        return required
    return _by_imports(Place(path, path))


def _required(data: dict[str, Any]) -> tuple[Level, str] | None:
    """The level of the host that the pyproject asks for, Studio first."""
    for name in _REQUIREMENTS:
        for place in (("project",), ("tool", "studio"), ("tool", "comfy")):
            value = table(data, *place).get(name)
            if isinstance(value, str):
                return _for_requirement(name, value), f"{name} = {value!r} in pyproject.toml"
    return None


def _for_requirement(name: str, value: str) -> Level:
    if name == "requires-studioui":
        return STUDIO_0_3_71
    # Only a range that ends before or at 0.3.64 asks for that host; users run the newest otherwise.
    exact = re.search(r"(?:==|<=)\s*0\.3\.(\d+)", value)
    if exact and int(exact[1]) <= 64:
        return level_named("comfy-0.3.64")
    return COMFY_LATEST


def _by_imports(place: Place) -> tuple[Level, str]:
    """The brand of what the source imports and defines; Studio when it names both."""
    seen: dict[str, str] = {}
    for file in place.python_files():
        if _may_name(file, _BRANDS.keys() - seen.keys()):
            for brand, what in _brands_in(file):
                seen.setdefault(brand, f"{what} in {file.name}")
    for brand in ("studio", "comfy"):
        if brand in seen:
            return _BRANDS[brand], f"the pack has {seen[brand]}"
    return DEFAULT_LEVEL, "the default: the pack names no host"


def _may_name(file: Path, brands: Iterable[str]) -> bool:
    """Whether a line of the file looks like an import or entry point of one of ``brands``.

    Parsing costs a second for a large pack; most files say nothing new.
    """
    try:
        source = read_regular(file)
    except OSError:
        return False
    names = "|".join(brands)
    if not names:
        return False
    line = rf"\b(?:from|import|def)\b.*?\b(?:{names})"
    return re.search(line.encode(), source) is not None


def _brands_in(file: Path) -> Iterator[tuple[str, str]]:
    """The brands that a source file names, with what names them."""
    tree = parse_source(file)
    if tree is None:
        return
    for node in ast.walk(tree):
        for module in _imported(node):
            brand = brand_of(module)
            if brand is not None:
                yield brand, f"import {module}"
        brand = _ENTRY_POINTS.get(getattr(node, "name", ""))
        if brand is not None and isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield brand, node.name


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [node.module]
    return []


def brand_of(module: str) -> str | None:
    """The brand of a host module's dotted name; None for modules that both hosts call alike."""
    top = module.partition(".")[0]
    for brand in _BRANDS:
        if top == brand or re.fullmatch(rf"{brand}_(api|api_nodes|config|execution|extras)", top):
            return brand
    return None
