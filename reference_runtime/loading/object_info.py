"""A v1 node's entry in ``/object_info``.

Source of the rules: key order, defaults and conditions of the host's node info for v1 classes at
0.3.64 and 0.3.71, and the further keys at latest.
"""

from __future__ import annotations

from typing import Any

from reference_runtime.host.core_display import DISPLAY_NAMES
from reference_runtime.levels import Level


def v1_info(key: str, cls: Any, display_name: str | None, level: Level) -> dict[str, Any]:
    """The entry as the host builds it, from live objects. Raises what the class raises."""
    groups = cls.INPUT_TYPES()
    info = {
        "input": groups,
        "input_order": {name: list(entries.keys()) for name, entries in groups.items()},
    }
    if level.rank >= 2:
        info["is_input_list"] = getattr(cls, "INPUT_IS_LIST", False)
    return info | _outputs(cls) | _identity(key, cls, display_name) | _flags(cls, level)


def _outputs(cls: Any) -> dict[str, Any]:
    types = cls.RETURN_TYPES
    return {
        "output": types,
        "output_is_list": getattr(cls, "OUTPUT_IS_LIST", [False] * len(types)),
        "output_name": cls.RETURN_NAMES if hasattr(cls, "RETURN_NAMES") else types,
    }


def _identity(key: str, cls: Any, display_name: str | None) -> dict[str, Any]:
    return {
        "name": key,
        "display_name": DISPLAY_NAMES.get(key, key) if display_name is None else display_name,
        "description": getattr(cls, "DESCRIPTION", ""),
        "python_module": getattr(cls, "RELATIVE_PYTHON_MODULE", "nodes"),
        "category": getattr(cls, "CATEGORY", "sd"),
        # The host compares with ==, so that 1 counts and "yes" does not.
        "output_node": bool(getattr(cls, "OUTPUT_NODE", False) == True),  # noqa: E712
    }


def _flags(cls: Any, level: Level) -> dict[str, Any]:
    flags: dict[str, Any] = {}
    if level.rank >= 2:
        flags["has_intermediate_output"] = bool(getattr(cls, "HAS_INTERMEDIATE_OUTPUT", False))
    if hasattr(cls, "OUTPUT_TOOLTIPS"):
        flags["output_tooltips"] = cls.OUTPUT_TOOLTIPS
    for name in ("DEPRECATED", "EXPERIMENTAL"):
        if getattr(cls, name, False):
            flags[name.lower()] = True
    if level.rank >= 2 and getattr(cls, "DEV_ONLY", False):
        flags["dev_only"] = True
    if hasattr(cls, "API_NODE"):
        flags["api_node"] = cls.API_NODE
    if level.rank >= 2:
        flags["search_aliases"] = getattr(cls, "SEARCH_ALIASES", [])
        if hasattr(cls, "ESSENTIALS_CATEGORY"):
            flags["essentials_category"] = cls.ESSENTIALS_CATEGORY
    return flags
