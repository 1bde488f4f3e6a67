"""The host's v3 extra nodes by name: base classes for packs that extend them.

Such a class is a v3 node class; what it does not get overridden (its schema, its execution) raises
HostFeatureMissing. ``data/core_v3.json`` holds the names, gathered from ComfyUI 0.3.64 and 0.3.71.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from reference_runtime.host.missing import needs_host
from reference_runtime.host.stubs import model_code
from reference_runtime.levels import ACTIVE

_DATA = Path(__file__).parent / "data" / "core_v3.json"
_FROM_RANK = {"always": 0, "since_0_3_71": 1, "latest": 2}


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, str]]:
    with open(_DATA, encoding="utf-8") as file:
        table: dict[str, dict[str, str]] = json.load(file)
    return table


def class_names(module: str) -> frozenset[str]:
    """Names of the module's v3 node classes at the active level (canonical module name)."""
    spans = _table().get(module, {})
    there = (names for span, names in spans.items() if _FROM_RANK[span] <= ACTIVE.level.rank)
    return frozenset(name for names in there for name in names.split())


@lru_cache(maxsize=256)
def v3_class(module: str, name: str) -> type | None:
    """The v3 node class ``module.name``, or None when the host has none of that name."""
    if name not in class_names(module):
        return None
    from reference_runtime.api.node import ComfyNode

    def define_schema(cls: Any) -> Any:
        needs_host(f"{module}.{name}.define_schema")

    def execute(cls: Any, /, **inputs: Any) -> Any:
        needs_host(f"{module}.{name}.execute")

    namespace = {
        "__module__": module,
        "__doc__": f"Stand-in for the host's node {name}.",
        "define_schema": classmethod(define_schema),
        "execute": classmethod(execute),
    }
    return model_code(type(name, (ComfyNode,), namespace))
