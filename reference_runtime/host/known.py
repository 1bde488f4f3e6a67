"""Which modules and names the real hosts have, as data (``data/names.json``).

Gathered from the public names of ComfyUI 0.3.64 and 0.3.71 (Hanzo Studio 0.3.71 is the latter,
renamed). Names in it that no stand-in defines are served as stubs of kind "stand-in"; all others
are unknown to us. Canonical (comfy) spelling throughout.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from reference_runtime.levels import COMFY_0_3_64, STUDIO_0_3_71, Level

_DATA = Path(__file__).parent / "data"


@lru_cache(maxsize=1)
def _modules() -> dict[str, dict[str, Any]]:
    with open(_DATA / "names.json", encoding="utf-8") as file:
        table: dict[str, dict[str, Any]] = json.load(file)
    return table


@lru_cache(maxsize=1)
def _packages() -> frozenset[str]:
    """Every dotted prefix of a known module, namespace packages among them."""
    found: set[str] = set()
    for module in _modules():
        parts = module.split(".")
        found.update(".".join(parts[:count]) for count in range(1, len(parts)))
    return frozenset(found)


def is_package(module: str) -> bool:
    return module in _packages()


def is_module(module: str) -> bool:
    return module in _modules() or module in _packages()


@lru_cache(maxsize=256)
def names(module: str) -> dict[str, Level]:
    """The module's names with the first level that has them; {} for modules we don't know."""
    entry = _modules().get(module)
    if entry is None:
        return {}
    base = STUDIO_0_3_71 if entry.get("since") else COMFY_0_3_64
    found = dict.fromkeys(entry.get("names", "").split(), base)
    found.update(dict.fromkeys(entry.get("added", "").split(), STUDIO_0_3_71))
    found.update(dict.fromkeys(entry.get("removed", "").split(), COMFY_0_3_64))
    return found


def first_level(module: str, name: str) -> Level | None:
    """The oldest level whose host has ``module.name``; None when we know of none."""
    return names(module).get(name)


def module_level(module: str) -> Level | None:
    """The oldest level whose host has the module; None when we know of none."""
    if not is_module(module):
        return None
    entry = _modules().get(module, {})
    return STUDIO_0_3_71 if entry.get("since") else COMFY_0_3_64
