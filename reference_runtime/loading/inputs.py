"""Inputs, outputs and hidden entries of v1 and v3 nodes as facts."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Any, Literal

from reference_runtime.description import HiddenFacts, InputFacts, OutputFacts
from reference_runtime.plain import Defect, safe_repr, to_plain, type_name

Group = Literal["required", "optional"]
IoKind = Literal["str", "list", "other"]
_SOME_OTHER_TYPE = "STUDIO_CONFORMANCE_NO_SUCH_TYPE"
_PLAIN_CONTAINERS = (list, tuple)


def io_type_facts(io_type: Any) -> tuple[str, IoKind]:
    """The wire type as text and how it was given."""
    if isinstance(io_type, str):
        return str.__str__(io_type), "str"
    if isinstance(io_type, _PLAIN_CONTAINERS):
        return "COMBO", "list"
    return safe_repr(io_type), "other"


def is_neutral(io_type: Any) -> bool:
    """Whether the object is unequal to no other type (wildcards of packs and of the API)."""
    try:
        # Hosts ask with != alone, and a wildcard answers differently to == .
        return isinstance(io_type, str) and not operator.ne(io_type, _SOME_OTHER_TYPE)
    except Exception:
        return False


def spec_facts(spec: Any) -> tuple[dict[str, Any], list[Defect]]:
    """The options dict as plain data; {} for what is no dict."""
    if not isinstance(spec, Mapping):
        return {}, []
    plain, defects = to_plain(dict(spec))
    return plain, defects


def _default_type(spec: Any) -> str | None:
    return type_name(spec["default"]) if isinstance(spec, Mapping) and "default" in spec else None


# --- v1 -----------------------------------------------------------------------------------------


def v1_input(name: Any, entry: Any, group: Group) -> InputFacts:
    """One entry of INPUT_TYPES, whatever its form."""
    io_type, given, problem = _take_apart(entry)
    text, kind = io_type_facts(io_type)
    spec, defects = spec_facts(given)
    options, options_type = _v1_options(io_type, kind, given)
    if kind == "list":
        options, found = to_plain(list(io_type))
        defects = _below("options", found) + defects
    elif kind == "other":
        defects = _below("type", to_plain(io_type)[1]) + defects
    return {
        "id": name if isinstance(name, str) else safe_repr(name),
        "id_type": type_name(name),
        "group": group,
        "io_type": text,
        "io_type_kind": kind,
        "io_type_class": type_name(io_type),
        "neutral": is_neutral(io_type),
        "widget": None,
        "spec": spec,
        "defects": defects,
        "options": options,
        "options_type": options_type,
        "entry_problem": problem,
        "default_type": _default_type(given),
    }


def _below(key: str, defects: list[Defect]) -> list[Defect]:
    """The defects with ``key`` put before their paths."""
    for defect in defects:
        defect["path"].insert(0, key)
    return defects


def _take_apart(entry: Any) -> tuple[Any, Any, str | None]:
    """Type, options and what is wrong with the form of an INPUT_TYPES entry."""
    if not isinstance(entry, _PLAIN_CONTAINERS):
        text = f"given as {safe_repr(entry, 60)} ({type_name(entry)}), not as (type, options)"
        if isinstance(entry, str):
            text += "; the frontend takes its first letter for the type"
        return entry, None, text
    if not entry:
        return "", None, "the tuple is empty: it has no type"
    if len(entry) == 1:
        return entry[0], None, None
    if not isinstance(entry[1], Mapping):
        given = f"{safe_repr(entry[1], 60)} ({type_name(entry[1])})"
        return entry[0], None, f"the second element is {given}, not a dict of options"
    if len(entry) > 2:
        return entry[0], entry[1], f"{len(entry)} elements; the host reads the first two"
    return entry[0], entry[1], None


def _v1_options(io_type: Any, kind: IoKind, given: Any) -> tuple[list[Any] | None, str | None]:
    if kind == "list":
        return list(io_type), type_name(io_type)
    if not isinstance(given, Mapping) or "options" not in given:
        return None, None
    return combo_options(given["options"])


def combo_options(options: Any) -> tuple[list[Any] | None, str | None]:
    """Plain options and the Python type of their container; None when there are none."""
    if options is None:
        return None, None
    if not isinstance(options, _PLAIN_CONTAINERS):
        listed = _listed(options)
        return listed, type_name(options)
    plain, _ = to_plain(list(options))
    return plain, type_name(options)


def _listed(options: Any) -> list[Any]:
    try:
        plain, _ = to_plain(list(options))
    except Exception:
        return []
    return list(plain)


def v1_hidden(entries: Any) -> list[HiddenFacts]:
    if not isinstance(entries, Mapping):
        return []
    return [_hidden(name, value) for name, value in list(entries.items())]


def _hidden(name: Any, value: Any) -> HiddenFacts:
    form: Literal["string", "tuple", "other"] = "other"
    text = safe_repr(value)
    if isinstance(value, str):
        form, text = "string", str.__str__(value)
    elif isinstance(value, _PLAIN_CONTAINERS):
        form = "tuple"
        if value and isinstance(value[0], str):
            text = str.__str__(value[0])
    title = name if isinstance(name, str) else safe_repr(name)
    return {"name": title, "value": text, "form": form, "declared": True}


def v1_outputs(cls: Any) -> list[OutputFacts]:
    """Outputs as the host pairs them up; a bare string gives one output per letter, as there."""
    types = _sequence(getattr(cls, "RETURN_TYPES", ()))
    names = _sequence(getattr(cls, "RETURN_NAMES", None))
    lists = _sequence(getattr(cls, "OUTPUT_IS_LIST", None))
    tooltips = _sequence(getattr(cls, "OUTPUT_TOOLTIPS", None))
    return [
        _v1_output(index, io_type, names, lists, tooltips) for index, io_type in enumerate(types)
    ]


def _v1_output(
    index: int, io_type: Any, names: list[Any], lists: list[Any], tooltips: list[Any]
) -> OutputFacts:
    text, kind = io_type_facts(io_type)
    name = names[index] if index < len(names) else None
    tooltip = tooltips[index] if index < len(tooltips) else None
    return {
        "index": index,
        "id": None,
        "io_type": text,
        "io_type_kind": kind,
        "name": name if isinstance(name, str) else text if name is None else safe_repr(name),
        "is_list": bool(lists[index]) if index < len(lists) else False,
        "tooltip": tooltip if tooltip is None or isinstance(tooltip, str) else safe_repr(tooltip),
        "widget": None,
        "has_display_name": isinstance(name, str) and bool(name),
    }


def _sequence(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (list, tuple, str)) else []


# --- v3 -----------------------------------------------------------------------------------------


def v3_input(item: Any) -> InputFacts:
    """One Input object of a schema."""
    io_type, spec = item.get_io_type(), item.as_dict()
    text, kind = io_type_facts(io_type)
    spec.pop("optional", None)
    plain, defects = spec_facts(spec)
    options, options_type = combo_options(_v3_options(item))
    if options is None and kind == "list":
        options, options_type = combo_options(io_type)
    name = item.id
    return {
        "id": name if isinstance(name, str) else safe_repr(name),
        "id_type": type_name(name),
        "group": "optional" if item.optional else "required",
        "io_type": text,
        "io_type_kind": kind,
        "io_type_class": type_name(io_type),
        "neutral": is_neutral(io_type),
        "widget": parent_name(item),
        "spec": plain,
        "defects": defects,
        "options": options,
        "options_type": options_type,
        "entry_problem": None,
        "default_type": _default_type(spec),
    }


def _v3_options(item: Any) -> Any:
    """The options of a combo; of a dynamic combo, whose options hold further inputs, their keys."""
    options = getattr(item, "options", None)
    if parent_name(item) == "DynamicCombo" and isinstance(options, _PLAIN_CONTAINERS):
        return [getattr(option, "key", option) for option in options]
    return options


def parent_name(item: Any) -> str | None:
    parent = getattr(item, "Parent", None)
    return None if parent is None else str(parent.__name__)


def v3_output(index: int, item: Any, name: Any) -> OutputFacts:
    """One Output object; ``name`` is the output's name in ``/object_info``."""
    text, kind = io_type_facts(item.io_type)
    return {
        "index": index,
        "id": item.id if item.id is None or isinstance(item.id, str) else safe_repr(item.id),
        "io_type": text,
        "io_type_kind": kind,
        "name": name if isinstance(name, str) else safe_repr(name),
        "is_list": bool(item.is_output_list),
        "tooltip": item.tooltip if isinstance(item.tooltip, str) else None,
        "widget": parent_name(item),
        "has_display_name": "display_name" in item._given and bool(item.display_name),
    }


def v3_hidden(entry: Any, declared: bool) -> HiddenFacts:
    """One entry of ``Schema.hidden``; Hidden members have a name and a string value."""
    from reference_runtime.api.hidden import Hidden

    if isinstance(entry, Hidden):
        value: Any = entry.value
        return {"name": entry.name, "value": value, "form": "member", "declared": declared}
    found = _hidden(entry, entry)
    return {**found, "declared": declared}
