"""What loading a pack gave, as plain facts."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

from reference_runtime.description import LoadFacts, RouteFacts
from reference_runtime.loading.failures import problem
from reference_runtime.loading.lines import function_location
from reference_runtime.loading.loaded import Loaded, value_location
from reference_runtime.loading.mapping import ENTRY_NAMES
from reference_runtime.plain import safe_repr, to_plain


def load_facts(loaded: Loaded, declared_web: str | None, peak_bytes: int) -> LoadFacts:
    """``declared_web``: the web folder that the pack's pyproject names for the host's brand."""
    module = loaded.module
    mapping = getattr(module, "NODE_CLASS_MAPPINGS", None)
    on_load = _on_load(loaded.extension)
    return {
        "loaded": module is not None,
        "route": loaded.route,
        "name": loaded.place.name,
        "python_module": loaded.place.python_module,
        "mapping_present": mapping is not None,
        "mapping_size": loaded.mapping_size,
        "entry_names": [name for name in ENTRY_NAMES if hasattr(module, name)],
        "on_load_overridden": on_load is not None,
        "on_load_location": list(function_location(on_load) or ()) or None if on_load else None,
        "web_directory": _web_directory(loaded, declared_web),
        "routes": _routes(),
        "seconds": loaded.seconds,
        "peak_bytes": peak_bytes,
        "modules": loaded.modules,
        "replacements": _replacements(),
    }


def _on_load(extension: Any) -> Any:
    """The override of ``on_load``, or None."""
    from reference_runtime.api.extension import ComfyExtension

    if extension is None:
        return None
    own = inspect.getattr_static(type(extension), "on_load", None)
    base = inspect.getattr_static(ComfyExtension, "on_load", None)
    return None if own is base else own


def _replacements() -> list[dict[str, Any]]:
    """The node replacement rules that the pack registered, as plain data."""
    if "reference_runtime.api.extension" not in sys.modules:
        return []  # The pack can't have registered any.
    from reference_runtime.api.extension import ComfyAPI_latest
    from reference_runtime.api.singleton import SingletonMetaclass

    known = SingletonMetaclass._instances.get(ComfyAPI_latest.NodeReplacement)
    rules = getattr(known, "registered", None)
    found = (_replacement(rule) for rule in (rules if isinstance(rules, list) else ()))
    return [rule for rule in found if rule is not None]


def _replacement(rule: Any) -> dict[str, Any] | None:
    """One rule; None for what is none."""
    try:
        plain, _ = to_plain(rule.as_dict())
    except Exception:
        return None
    return plain if isinstance(plain, dict) else None


def _web_directory(loaded: Loaded, declared: str | None) -> str | None:
    """The folder that the host serves to the browser; notes what is wrong with it.

    The pyproject's folder counts first, then WEB_DIRECTORY; the host ignores one that does not
    exist.
    """
    from_module = getattr(loaded.module, "WEB_DIRECTORY", None)
    where = value_location(loaded, "WEB_DIRECTORY")
    if declared is not None:
        where = (str(loaded.place.path / "pyproject.toml"), None)
    given = declared if declared is not None else from_module
    if given is None or loaded.module is None:
        return None
    if not isinstance(given, str):
        text = f"WEB_DIRECTORY is {safe_repr(given, 60)}, not a string"
        loaded.note(problem("web-missing", text, at=where))
        return None
    root = loaded.place.path if loaded.place.path.is_dir() else loaded.place.path.parent
    folder = Path(root, given)
    if not folder.is_dir():
        text = f"the web directory {given!r} does not exist"
        loaded.note(problem("web-missing", text, at=where))
        return None
    if not folder.resolve().is_relative_to(root.resolve()):
        text = f"the web directory {given!r} lies outside the pack"
        loaded.note(problem("web-outside", text, at=where))
    return str(folder.resolve())


def _routes() -> list[RouteFacts]:
    """Routes that the pack registered on the server stand-in."""
    from reference_runtime.host.standins.server import PromptServer

    return [
        {"method": r.method, "path": str(r.path), "file": r.file, "line": r.line}
        for r in PromptServer.instance.recorded_routes
    ]
