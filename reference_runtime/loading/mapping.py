"""The v1 route: NODE_CLASS_MAPPINGS and what stands beside it.

Source of the rules: the host reads the mapping with ``items()``, sets an attribute on each value
and stops at the first value that refuses; then it merges the display names wholesale.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference_runtime.loading.failures import problem
from reference_runtime.loading.loaded import (
    Candidate,
    Loaded,
    value_location,
)
from reference_runtime.plain import safe_repr, type_name

ENTRY_NAMES = ("comfy_entrypoint", "studio_entrypoint")


def load_mapping(loaded: Loaded, mapping: Any) -> None:
    """Collect the candidates of ``mapping`` (not None)."""
    loaded.route = "v1"
    where = value_location(loaded, "NODE_CLASS_MAPPINGS")
    if not isinstance(mapping, Mapping):
        text = f"NODE_CLASS_MAPPINGS is a {type_name(mapping)}, not a dict"
        loaded.note(problem("mapping-not-dict", text, at=where))
        return
    loaded.mapping_size = len(mapping)
    if not mapping:
        loaded.note(problem("mapping-empty", "NODE_CLASS_MAPPINGS is empty", at=where))
    loaded.candidates = _candidates(loaded, mapping, where)
    _read_display_names(loaded)
    _note_both_routes(loaded)


def _candidates(
    loaded: Loaded, mapping: Mapping[Any, Any], where: tuple[str | None, int | None]
) -> list[Candidate]:
    candidates: list[Candidate] = []
    stopped = None
    for key, value in list(mapping.items()):
        name = key if isinstance(key, str) else safe_repr(key)
        if not isinstance(key, str):
            text = f"key {name} of NODE_CLASS_MAPPINGS is a {type_name(key)}, not a string"
            loaded.note(problem("mapping-key", text, node=name, at=where))
        if isinstance(value, type):
            _set_module(loaded, value)
            candidates.append(Candidate(value, name, blocked=stopped))
            continue
        text = f"NODE_CLASS_MAPPINGS[{name!r}] is {safe_repr(value, 80)}, not a class"
        loaded.note(problem("mapping-value", text, node=name, at=where))
        if not _set_module(loaded, value):
            stopped = "dropped-after-failure"
    return candidates


def _set_module(loaded: Loaded, value: Any) -> bool:
    """Give the class its origin, as the host does; False when it refuses."""
    try:
        value.RELATIVE_PYTHON_MODULE = loaded.place.python_module
    except Exception:
        return False
    return True


def _read_display_names(loaded: Loaded) -> None:
    names = getattr(loaded.module, "NODE_DISPLAY_NAME_MAPPINGS", None)
    if names is None:
        return
    where = value_location(loaded, "NODE_DISPLAY_NAME_MAPPINGS")
    if not isinstance(names, Mapping):
        text = f"NODE_DISPLAY_NAME_MAPPINGS is a {type_name(names)}, not a dict"
        loaded.note(problem("display-not-dict", text, at=where))
        return
    known = {candidate.key: candidate for candidate in loaded.candidates}
    for key, value in list(names.items()):
        if key in known:
            known[key].display_name = value if isinstance(value, str) else safe_repr(value)
        else:
            name = key if isinstance(key, str) else safe_repr(key)
            text = f"NODE_DISPLAY_NAME_MAPPINGS has a name for {name!r}, which is no node"
            loaded.note(problem("display-key", text, node=name, at=where))


def _note_both_routes(loaded: Loaded) -> None:
    present = [name for name in ENTRY_NAMES if hasattr(loaded.module, name)]
    if present:
        text = (
            f"both NODE_CLASS_MAPPINGS and {' and '.join(present)} exist: the host reads the "
            "mapping and never calls the entry function"
        )
        at = value_location(loaded, present[0])
        loaded.note(problem("both-routes", text, at=at, entries=present))
