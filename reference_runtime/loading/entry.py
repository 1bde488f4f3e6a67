"""The v3 route: the entry function, the extension, its list of nodes.

Source of the rules: the host looks for its own brand's function only, awaits it when it is a
coroutine function, wants an instance of the extension class, awaits ``get_node_list`` and wants a
list; it then registers class by class and drops what follows the first that fails.
"""

from __future__ import annotations

import inspect
from typing import Any

from reference_runtime.api.extension import ComfyExtension
from reference_runtime.api.internal import _ComfyNodeInternal
from reference_runtime.loading.failures import failure_of, problem
from reference_runtime.loading.lines import function_location
from reference_runtime.loading.loaded import (
    Candidate,
    Loaded,
    value_location,
)
from reference_runtime.plain import safe_repr, type_name

MISSING = object()


def load_entry(loaded: Loaded) -> None:
    """Find and call the entry function; what the host would refuse is noted and gone on with."""
    own = f"{loaded.level.brand}_entrypoint"
    other = "comfy_entrypoint" if loaded.level.brand == "studio" else "studio_entrypoint"
    if hasattr(loaded.module, own):
        _follow(loaded, own, None)
    elif hasattr(loaded.module, other):
        text = f"the pack has {other}, but {loaded.level.name} looks for {own} only"
        at = value_location(loaded, other)
        loaded.note(problem("entry-other-brand", text, at=at, entry=other, wanted=own))
        _follow(loaded, other, "entry-other-brand")
    else:
        text = f"the module has neither NODE_CLASS_MAPPINGS nor {own}"
        loaded.note(problem("entry-missing", text, at=(str(loaded.place.entry_file), 1)))


def _follow(loaded: Loaded, name: str, blocked: str | None) -> None:
    loaded.route = "v3"
    extension, blocked = _extension(loaded, name, blocked)
    if extension is MISSING:
        return
    loaded.extension = extension
    if loaded.level.on_load_called and not _run_on_load(loaded, extension):
        blocked = blocked or "entry-failed"
    items, blocked = _node_list(loaded, extension, blocked)
    loaded.candidates = _candidates(loaded, items, blocked)


def _extension(loaded: Loaded, name: str, blocked: str | None) -> tuple[Any, str | None]:
    """The extension, or MISSING; and what blocks it on the host."""
    entry = getattr(loaded.module, name)
    at = value_location(loaded, name)
    if not callable(entry):
        text = f"{name} is a {type_name(entry)}, not a function"
        loaded.note(problem("entry-not-callable", text, at=at))
        return MISSING, blocked
    loaded.progress(f"call {name}")
    returned = _guarded(loaded, "entry-failed", f"{name}()", lambda: _called(loaded, entry))
    if returned is MISSING or isinstance(returned, ComfyExtension):
        return returned, blocked
    text = f"{name} gave {_described(returned)}, not an instance of an extension class"
    loaded.note(problem("entry-not-extension", text, at=function_location(entry) or at))
    return _rescued(loaded, returned), blocked or "entry-not-extension"


def _called(loaded: Loaded, entry: Any) -> Any:
    if inspect.iscoroutinefunction(entry):
        return loaded.runner.result(entry())
    return loaded.runner.call(entry)


def _rescued(loaded: Loaded, returned: Any) -> Any:
    """An extension made of what the host refuses, so that its nodes can be judged; or MISSING."""
    if inspect.iscoroutine(returned):
        returned = _quietly(lambda: loaded.runner.result(returned))
    if isinstance(returned, type) and issubclass(returned, ComfyExtension):
        returned = _quietly(returned)
    return returned if isinstance(returned, ComfyExtension) else MISSING


def _run_on_load(loaded: Loaded, extension: Any) -> bool:
    loaded.progress("call on_load")
    done = _guarded(
        loaded,
        "entry-failed",
        "on_load()",
        lambda: loaded.runner.result(extension.on_load()),
    )
    return done is not MISSING


def _node_list(loaded: Loaded, extension: Any, blocked: str | None) -> tuple[list[Any], str | None]:
    """The items of the node list, and what blocks them on the host."""
    loaded.progress("call get_node_list")
    method = extension.get_node_list
    at = function_location(method) or (None, None)
    given = _guarded(
        loaded, "node-list-failed", "get_node_list()", lambda: loaded.runner.call(method)
    )
    items = given
    if inspect.isawaitable(given):
        items = _guarded(
            loaded, "node-list-failed", "get_node_list()", lambda: loaded.runner.result(given)
        )
    elif given is not MISSING:
        text = "get_node_list is no coroutine function: the host can't await what it returns"
        loaded.note(problem("node-list-not-async", text, at=at))
        blocked = blocked or "node-list-not-async"
    if items is MISSING:
        return [], blocked
    if isinstance(items, list):
        return items, blocked
    text = f"get_node_list gave {_described(items)}, not a list"
    loaded.note(problem("node-list-not-list", text, at=at))
    return _listed(items), blocked or "node-list-not-list"


def _listed(items: Any) -> list[Any]:
    """The items of what the host refuses as a list, so that they can be judged."""
    rescued = MISSING if isinstance(items, (str, dict)) else _quietly(lambda: list(items))
    return rescued if isinstance(rescued, list) else []


def _candidates(loaded: Loaded, items: list[Any], blocked: str | None) -> list[Candidate]:
    candidates = []
    for index, item in enumerate(items):
        if isinstance(item, type) and issubclass(item, _ComfyNodeInternal):
            item.RELATIVE_PYTHON_MODULE = loaded.place.python_module  # type: ignore[attr-defined]
            candidates.append(Candidate(item, blocked=blocked))
            continue
        text = f"item {index} of the node list is {_described(item)}, not a v3 node class"
        at = function_location(loaded.extension.get_node_list) or (None, None)
        loaded.note(problem("node-list-item", text, node=_name(item), at=at))
        if not callable(getattr(item, "GET_SCHEMA", None)):
            blocked = blocked or "dropped-after-failure"
    return candidates


def _name(item: Any) -> str:
    return str(getattr(item, "__name__", None) or safe_repr(item, 60))


def _described(value: Any) -> str:
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return f"a {type_name(value)} ({safe_repr(value, 60)})"


def _guarded(loaded: Loaded, kind: str, doing: str, function: Any) -> Any:
    """What ``function()`` gives; MISSING after noting the problem when it raises."""
    try:
        return function()
    except Exception as error:
        failure = failure_of(error, loaded.place)
        text = f"{doing} raised {failure['type']}: {failure['message']}"
        loaded.note(problem(kind, text, failure=failure))
    except BaseException as error:
        failure = failure_of(error, loaded.place)
        text = f"{doing} raised {failure['type']}, which ends the host"
        loaded.note(problem("exit-at-import", text, failure=failure))
    return MISSING


def _quietly(function: Any) -> Any:
    try:
        return function()
    except Exception:
        return MISSING
