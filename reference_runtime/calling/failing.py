"""What the host tells of an exception that a node's code raised."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from typing import Any

from reference_runtime.engine.nodehost import NodeFailed
from reference_runtime.plain import safe_repr

MAX_TEXT = 1000


class Interrupted(Exception):
    """Running was interrupted."""


def is_interruption(error: BaseException) -> bool:
    """Ours, or the host's exception of that name, which packs raise and pass on."""
    names = {kind.__name__ for kind in type(error).__mro__}
    return isinstance(error, Interrupted) or "InterruptProcessingException" in names


def failed(error: Exception, inputs: Mapping[str, list[Any]] | None = None) -> NodeFailed:
    """``error`` as data. ``inputs``: what the node was called with, if it was."""
    if isinstance(error, NodeFailed):
        return error
    return NodeFailed(
        full_name(type(error)),
        _text(error),
        traceback.format_tb(error.__traceback__),
        {name: [shown(item) for item in items] for name, items in (inputs or {}).items()},
        interrupted=is_interruption(error),
    )


def full_name(kind: type) -> str:
    """Qualified by the module, but for builtins."""
    module = kind.__module__
    if module in (None, "builtins"):
        return kind.__qualname__
    # The host names a pack's modules by their path.
    return f"{module}.{kind.__qualname__}"


def _text(error: Exception) -> str:
    try:
        return str(error)
    except Exception:
        return f"<{type(error).__name__} without a message: its __str__ raised>"


def shown(value: Any) -> Any:
    """A value as error messages show it: itself where it is plain, else a short text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    try:
        text = str(value)
    except Exception:
        text = safe_repr(value)
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
