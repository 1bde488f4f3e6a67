"""From a prompt's flat values to what ``execute`` gets for dynamic inputs (latest).

A prompt writes nested inputs as ``parent.child``; ``execute`` gets a dict per parent. A
DynamicCombo's dict also holds its own key: the selected option. Source: observed results of the
newest v3 API.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict

from reference_runtime.api.io_dynamic import inputs_as_v1
from reference_runtime.levels import ACTIVE

Expander = Callable[
    [dict[str, Any], dict[str, Any], "tuple[str, dict[str, Any]]", str, "list[str] | None"], None
]
"""(out, live values, (io type, options), group, prefix): adds what the input expands to."""


class V3Data(TypedDict, total=False):
    """What the engine carries beside the values of one call."""

    hidden_inputs: dict[str, Any]
    dynamic_paths: dict[str, Any]
    """Flat input name -> dotted place in what ``execute`` gets."""
    dynamic_paths_default_value: dict[str, Any]
    create_dynamic_tuple: bool
    """Give each dynamic value as (value, flat name), as lazy checks want it."""


class DynamicPathsDefaultValue:
    """Tokens for what stands at a place that got no value."""

    EMPTY_DICT = "empty_dict"


def handle_prefix(prefix_list: list[str] | None, id: str | None = None) -> list[str]:
    """The prefix parts with ``id`` appended."""
    return [*(prefix_list or []), *([id] if id is not None else [])]


def finalize_prefix(prefix_list: list[str] | None, id: str | None = None) -> str:
    """The dotted name."""
    return ".".join(handle_prefix(prefix_list, id))


def create_input_dict_v1(inputs: list[Any]) -> dict[str, Any]:
    """Inputs in the frontend's groups."""
    return inputs_as_v1(inputs)


def get_finalized_class_inputs(
    d: dict[str, Any], live_inputs: dict[str, Any], include_hidden: bool = False
) -> tuple[dict[str, Any], Any, V3Data]:
    """INPUT_TYPES ``d`` with every dynamic input replaced by what the prompt's values make of it.

    Returns the groups, the hidden group (None unless wanted and present), and where the values go.
    """
    out: dict[str, Any] = {
        "required": {},
        "dynamic_paths": {},
        "dynamic_paths_default_value": {},
    }
    groups = dict(d)
    hidden = groups.pop("hidden", None)
    parse_class_inputs(out, live_inputs, groups)
    data: V3Data = {}
    for key in ("dynamic_paths", "dynamic_paths_default_value"):
        if found := out.pop(key):
            data[key] = found
    if include_hidden and hidden is not None:
        out["hidden"] = hidden
    return out, hidden if include_hidden else None, data


def parse_class_inputs(
    out_dict: dict[str, Any],
    live_inputs: dict[str, Any],
    curr_dict: dict[str, Any],
    curr_prefix: list[str] | None = None,
) -> None:
    """Add the groups of ``curr_dict`` to ``out_dict``, expanding the dynamic ones."""
    for group, entries in curr_dict.items():
        for name, entry in entries.items():
            prefix = handle_prefix(curr_prefix, name)
            expand = _EXPANDERS.get(_kind(entry[0]))
            if expand is not None:
                expand(out_dict, live_inputs, entry, group, prefix)
                continue
            flat = finalize_prefix(prefix)
            out_dict.setdefault(group, {})[flat] = entry
            if curr_prefix and flat in live_inputs:
                out_dict["dynamic_paths"][flat] = flat


def build_nested_inputs(values: dict[str, Any], v3_data: V3Data) -> dict[str, Any]:
    """Values with those at dynamic paths moved into nested dicts; absent ones are None."""
    paths = v3_data.get("dynamic_paths") or {}
    defaults = v3_data.get("dynamic_paths_default_value") or {}
    as_tuple = v3_data.get("create_dynamic_tuple", False)
    nested = {name: value for name, value in values.items() if name not in paths}
    for name, path in paths.items():
        value = values.get(name)
        if value is None and defaults.get(name) == DynamicPathsDefaultValue.EMPTY_DICT:
            value = {}
        _place(nested, path.split("."), (value, name) if as_tuple else value)
    return nested


def _place(nested: dict[str, Any], path: list[str], value: Any) -> None:
    *parents, last = path
    for parent in parents:
        nested = nested.setdefault(parent, {})
    nested[last] = value


# --- how each dynamic io type expands -----------------------------------------------------------


def _expand_combo(
    out: dict[str, Any],
    live: dict[str, Any],
    entry: tuple[str, dict[str, Any]],
    group: str,
    prefix: list[str] | None,
) -> None:
    flat = finalize_prefix(prefix)
    if flat not in live:
        return
    for option in entry[1]["options"]:
        if option["key"] == live[flat]:
            parse_class_inputs(out, live, option["inputs"], prefix)
    out.setdefault(group, {})[flat] = entry
    out["dynamic_paths"][flat] = finalize_prefix(prefix, (prefix or [""])[-1])


def _expand_slot(
    out: dict[str, Any],
    live: dict[str, Any],
    entry: tuple[str, dict[str, Any]],
    group: str,
    prefix: list[str] | None,
) -> None:
    flat = finalize_prefix(prefix)
    if live.get(flat) is not None:
        parse_class_inputs(out, live, entry[1]["inputs"], prefix)
    out.setdefault(group, {})[flat] = entry
    out["dynamic_paths"][flat] = finalize_prefix(prefix, (prefix or [""])[-1])


def _expand_autogrow(
    out: dict[str, Any],
    live: dict[str, Any],
    entry: tuple[str, dict[str, Any]],
    group: str,
    prefix: list[str] | None,
) -> None:
    template = entry[1]["template"]
    names = template.get("names") or [
        f"{template['prefix']}{index}" for index in range(template["max"])
    ]
    (inner_group, inner), *_ = [
        (kind, options)
        for kind, entries in template["input"].items()
        for options in entries.values()
    ]
    grown = 0
    for index, name in enumerate(names):
        flat = finalize_prefix(prefix, name)
        required = inner_group == "required" and index < template["min"]
        out.setdefault("required" if required else "optional", {})[flat] = inner
        if flat in live:
            out["dynamic_paths"][flat] = flat
            grown += 1
    if not grown:
        flat = finalize_prefix(prefix)
        out["dynamic_paths"][flat] = flat
        out["dynamic_paths_default_value"][flat] = DynamicPathsDefaultValue.EMPTY_DICT


_EXPANDERS: dict[str, Expander] = {}


def _kind(io_type: Any) -> str:
    """The io type without its brand prefix, so that one table serves both brands."""
    prefix = f"{ACTIVE.level.brand.upper()}_"
    text = str(io_type) if isinstance(io_type, str) else ""
    return text[len(prefix) :] if text.startswith(prefix) else text


def register_dynamic_input_func(io_type: str, func: Expander) -> None:
    """Say how inputs of ``io_type`` expand."""
    _EXPANDERS[_kind(io_type)] = func


def get_dynamic_input_func(io_type: str) -> Expander:
    """How inputs of ``io_type`` expand. KeyError when they don't."""
    return _EXPANDERS[_kind(io_type)]


def setup_dynamic_input_funcs() -> None:
    """Register the io types that the API itself expands."""
    _EXPANDERS["DYNAMICCOMBO_V3"] = _expand_combo
    _EXPANDERS["DYNAMICSLOT_V3"] = _expand_slot
    _EXPANDERS["AUTOGROW_V3"] = _expand_autogrow


setup_dynamic_input_funcs()
