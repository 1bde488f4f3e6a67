"""A candidate class as a NodeDescription: plain facts, nothing of the pack itself.

Nothing here raises for what a class does: its exceptions become the description's ``failure`` or
``info_failure``.
"""

from __future__ import annotations

from reference_runtime.api.internal import _ComfyNodeInternal
from reference_runtime.description import NodeDescription
from reference_runtime.loading.describe_v1 import fill_v1
from reference_runtime.loading.describe_v3 import fill_v3
from reference_runtime.loading.failures import failure_of
from reference_runtime.loading.lines import class_location
from reference_runtime.loading.loaded import Candidate, Loaded
from reference_runtime.loading.place import Place


def is_v3(cls: type) -> bool:
    return issubclass(cls, _ComfyNodeInternal)


def describe(candidate: Candidate, loaded: Loaded) -> NodeDescription:
    """Ask the class for its schema and describe it."""
    node = _blank(candidate, loaded)
    fill = fill_v3 if node["kind"] == "v3" else fill_v1
    try:
        fill(node, candidate, loaded)
    except (Exception, SystemExit) as error:
        node["failure"] = failure_of(error, loaded.place)
    return node


def _blank(candidate: Candidate, loaded: Loaded) -> NodeDescription:
    """What can be said without asking the class anything."""
    cls = candidate.cls
    file, line = class_location(cls)
    kind = "v3" if is_v3(cls) else "v1"
    return {
        "key": candidate.label,
        "kind": kind,  # type: ignore[typeddict-item]
        "route": "v1" if loaded.route == "v1" else "v3",
        "registered": candidate.blocked is None,
        "display_name": candidate.display_name,
        "class_name": cls.__qualname__,
        "module": _module(cls, loaded.place),
        "file": file,
        "line": line,
        "failure": None,
        "schema": None,
        "inputs": [],
        "outputs": [],
        "hidden": [],
        "groups": [],
        "input_types_form": None,
        "open_groups": [],
        "methods": {},
        "attributes": {},
        "info": None,
        "info_defects": [],
        "info_failure": None,
        "info_differs": [],
        "v3_info": None,
        "node_parents": _node_parents(cls) if kind == "v3" else [],
        "has_slots": bool(cls.__dict__.get("__slots__")),
        "init_subclass": _init_subclass(cls, loaded.place),
        "builds_without_arguments": True,
    }


def _module(cls: type, place: Place) -> str:
    """The class's module, with the host's path-like name of the pack replaced by a readable one."""
    name, root = str(cls.__module__), place.module_name
    return place.python_module + name[len(root) :] if name.startswith(root) else name


def _node_parents(cls: type) -> list[str]:
    """Concrete v3 nodes among the bases: those that are given a ``define_schema`` below the API."""
    return [
        base.__qualname__
        for base in cls.__mro__[1:]
        if is_v3(base)
        and not base.__module__.startswith("reference_runtime.")
        and _defines_schema(base)
    ]


def _defines_schema(cls: type) -> bool:
    """Whether a class of the pack, this one or a base of it, defines ``define_schema``."""
    return any(
        "define_schema" in each.__dict__
        for each in cls.__mro__
        if not each.__module__.startswith("reference_runtime.")
    )


def _init_subclass(cls: type, place: Place) -> str | None:
    for owner in cls.__mro__:
        function = owner.__dict__.get("__init_subclass__")
        code = getattr(getattr(function, "__func__", function), "__code__", None)
        if code is not None and place.owns(code.co_filename):
            return owner.__qualname__
    return None
