"""What a node class declares, as the engine wants to know it.

Source of the rules: what the host reads of a class while it validates and runs a prompt.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from reference_runtime.api.dynamic_values import get_finalized_class_inputs
from reference_runtime.api.internal import _ComfyNodeInternal, first_real_override
from reference_runtime.engine.nodehost import Compare, InputFacts, NodeFacts, WireType
from reference_runtime.levels import ACTIVE
from reference_runtime.plain import to_plain

HOOKS = {
    "validate": ("VALIDATE_INPUTS", "validate_inputs"),
    "fingerprint": ("IS_CHANGED", "fingerprint_inputs"),
    "lazy": ("check_lazy_status", "check_lazy_status"),
}
"""What a hook is called in a v1 class and in a v3 class."""
_PROBE = "no io type is called this"


def is_v3(cls: Any) -> bool:
    """Whether the class derives from the node API's base."""
    return isinstance(cls, type) and issubclass(cls, _ComfyNodeInternal)


def hook_name(cls: Any, hook: str) -> str | None:
    """Name of the class's own hook, None when it has none. A v3 base's placeholder is none."""
    v1, v3 = HOOKS[hook]
    if is_v3(cls):
        return v3 if first_real_override(cls, v3) is not None else None
    return v1 if hasattr(cls, v1) else None


def declared(cls: Any, constants: Mapping[str, Any] | None) -> dict[str, Any]:
    """INPUT_TYPES; at latest with dynamic inputs replaced by what the constants make of them."""
    groups: dict[str, Any] = cls.INPUT_TYPES()
    if is_v3(cls) and ACTIVE.level.rank >= 2:
        groups = get_finalized_class_inputs(groups, dict(constants or {}), include_hidden=True)[0]
        if "hidden" not in groups and cls.SCHEMA is not None:
            groups["hidden"] = {h.name: (h.value,) for h in cls.SCHEMA.hidden or []}
    return groups


def facts_of(class_type: str, cls: Any, constants: Mapping[str, Any] | None) -> NodeFacts:
    """What a prompt's node with these constants is. Raises what the class raises."""
    if is_v3(cls) and cls.SCHEMA is None:
        cls.GET_SCHEMA()
    groups = declared(cls, constants)
    hidden = {str(name): _token(entry) for name, entry in (groups.get("hidden") or {}).items()}
    names, takes_all = _validator_parameters(cls)
    return NodeFacts(
        class_type=class_type,
        is_v3=is_v3(cls),
        is_async=inspect.iscoroutinefunction(getattr(cls, cls.FUNCTION, None)),
        is_output=bool(getattr(cls, "OUTPUT_NODE", False) == True),  # noqa: E712  as the host asks
        inputs=_inputs(groups),
        hidden=hidden,
        outputs=tuple(wire_type(kind) for kind in cls.RETURN_TYPES),
        output_lists=tuple(bool(flag) for flag in getattr(cls, "OUTPUT_IS_LIST", None) or ()),
        input_is_list=bool(getattr(cls, "INPUT_IS_LIST", False)),
        not_idempotent=bool(getattr(cls, "NOT_IDEMPOTENT", False)),
        id_in_key=_id_in_key(groups, cls),
        fingerprints=hook_name(cls, "fingerprint") is not None,
        has_lazy_check=hook_name(cls, "lazy") is not None,
        validates=names,
        validates_all=takes_all,
        dynamic=is_v3(cls) and ACTIVE.level.rank >= 2 and _is_dynamic(cls),
    )


def _inputs(groups: Mapping[str, Any]) -> dict[str, InputFacts]:
    found = {}
    for group in ("required", "optional"):
        for name, entry in (groups.get(group) or {}).items():
            options = entry[1] if len(entry) > 1 and isinstance(entry[1], Mapping) else {}
            kind, plain = wire_type(entry[0]), plain_dict(options)
            found[name] = InputFacts(kind, group, plain, [kind.text, plain])
    return found


def plain_dict(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as plain data."""
    found: dict[str, Any] = to_plain(dict(options))[0]
    return found


def _is_dynamic(cls: Any) -> bool:
    """Whether any io type of the class stands for inputs that the prompt's values decide."""
    entries = [e for g in ("required", "optional") for e in cls.INPUT_TYPES().get(g, {}).values()]
    return any(str(entry[0]).startswith(("COMFY_", "STUDIO_")) for entry in entries)


def wire_type(kind: Any) -> WireType:
    """The io type as data. A list of options stays one; other objects are told by their text."""
    if isinstance(kind, (list, tuple)):
        return WireType(to_plain(list(kind))[0], "plain")
    text = str.__str__(kind) if isinstance(kind, str) else str(kind)
    return WireType(text, _compares(kind))


def _compares(kind: Any) -> Compare:
    """Tried out: the answers are the pack's own code."""
    if not isinstance(kind, str) or type(kind) is str:
        return "plain"
    if not kind != _PROBE:  # noqa: SIM202  types override != alone
        return "always"
    return "sets" if not kind != "*" else "plain"  # noqa: SIM202


def _token(entry: Any) -> str:
    first = entry[0] if isinstance(entry, (tuple, list)) and entry else entry
    return str(getattr(first, "value", first))


def _id_in_key(groups: Mapping[str, Any], cls: Any) -> bool:
    """A v3 node's hidden values are tuples, so the host doesn't find its id there (B5)."""
    values = (groups.get("hidden") or {}).values()
    strict = ACTIVE.mode == "strict" and any(_token(value) == "UNIQUE_ID" for value in values)
    return strict or any(value == "UNIQUE_ID" for value in values if isinstance(value, str))


def _validator_parameters(cls: Any) -> tuple[frozenset[str], bool]:
    name = hook_name(cls, "validate")
    if name is None:
        return frozenset(), False
    signature = inspect.signature(getattr(cls, name), follow_wrapped=False)
    kinds = signature.parameters.values()
    variable = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    takes_all = any(each.kind is inspect.Parameter.VAR_KEYWORD for each in kinds)
    return frozenset(each.name for each in kinds if each.kind not in variable), takes_all
