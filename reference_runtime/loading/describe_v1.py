"""Facts of a v1 node class: INPUT_TYPES, the attributes beside it, its methods."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from reference_runtime.description import InputFacts, NodeDescription
from reference_runtime.loading.inputs import v1_hidden, v1_input, v1_outputs
from reference_runtime.loading.loaded import Candidate, Loaded
from reference_runtime.loading.methods import builds_without_arguments
from reference_runtime.loading.node_parts import attributes_of, fill_info, methods_of, value_facts
from reference_runtime.loading.object_info import v1_info
from reference_runtime.plain import safe_repr

GROUPS: tuple[Literal["required", "optional"], ...] = ("required", "optional")
UNLISTED = "an input that no pack lists"
CALLED = ("INPUT_TYPES", "VALIDATE_INPUTS", "IS_CHANGED", "check_lazy_status")


def fill_v1(node: NodeDescription, candidate: Candidate, loaded: Loaded) -> None:
    """Fill ``node``. Raises what INPUT_TYPES raises, after all that does not need it is filled."""
    cls: Any = candidate.cls
    node["attributes"] = attributes_of(cls)
    node["methods"] = methods_of(cls, _roles(cls))
    node["builds_without_arguments"] = builds_without_arguments(cls)
    groups = cls.INPUT_TYPES()
    _fill_inputs(node, groups)
    node["outputs"] = v1_outputs(cls)
    fill_info(
        node,
        lambda: v1_info(node["key"], cls, candidate.display_name, loaded.level),
        loaded.place,
    )
    node["info_differs"] = [
        ".".join(map(str, defect["path"]))
        for defect in node["info_defects"]
        if defect["kind"] == "key"
    ]


def _roles(cls: type) -> dict[str, str]:
    roles = {name: name for name in CALLED}
    function = getattr(cls, "FUNCTION", None)
    if isinstance(function, str):
        roles["execute"] = str.__str__(function)
    return roles


def _fill_inputs(node: NodeDescription, groups: Any) -> None:
    if not isinstance(groups, Mapping):
        node["input_types_form"] = value_facts(groups)
        return
    node["groups"] = [name if isinstance(name, str) else safe_repr(name) for name in groups]
    if not all(isinstance(entries, Mapping) for entries in groups.values()):
        node["input_types_form"] = value_facts(groups)
    node["inputs"] = _inputs(groups)
    node["open_groups"] = [name for name in GROUPS if _is_open(groups.get(name))]
    node["hidden"] = v1_hidden(groups.get("hidden", {}))


def _is_open(entries: Any) -> bool:
    """Whether a group claims to hold a name that it can't know."""
    if type(entries) is dict or not isinstance(entries, Mapping):
        return False
    try:
        return UNLISTED in entries
    except Exception:
        return False


def _inputs(groups: Mapping[Any, Any]) -> list[InputFacts]:
    found = []
    for group in GROUPS:
        entries = groups.get(group, {})
        if isinstance(entries, Mapping):
            found += [v1_input(name, entry, group) for name, entry in list(entries.items())]
    return found
