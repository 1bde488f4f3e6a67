"""Facts of a v3 node class: its schema, how stable it is, its v1 face."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from reference_runtime.api.internal import first_real_override
from reference_runtime.api.node import describe_v3
from reference_runtime.description import NodeDescription, SchemaFacts
from reference_runtime.loading.inputs import v3_hidden, v3_input, v3_output
from reference_runtime.loading.loaded import Candidate, Loaded
from reference_runtime.loading.node_parts import attributes_of, fill_info, methods_of
from reference_runtime.loading.stability import differences, shared_objects
from reference_runtime.plain import safe_repr, to_plain, type_name

FIELDS = (
    "node_id", "display_name", "category", "description", "is_input_list", "is_output_node",
    "is_deprecated", "is_experimental", "is_api_node", "not_idempotent", "enable_expand",
)  # fmt: skip
OVERRIDABLE = ("validate_inputs", "fingerprint_inputs", "check_lazy_status")
LATER_FIELDS = (
    "search_aliases", "is_dev_only", "accept_all_inputs", "essentials_category",
    "has_intermediate_output",
)  # fmt: skip


def fill_v3(node: NodeDescription, candidate: Candidate, loaded: Loaded) -> None:
    """Fill ``node``. Raises what GET_SCHEMA raises, after all that does not need it is filled."""
    cls: Any = candidate.cls
    node["methods"] = methods_of(cls, _roles(cls))
    try:
        schema = cls.GET_SCHEMA()
    except BaseException:
        node["key"] = candidate.key or _declared_id(cls) or candidate.label
        _fill_refused(node, cls)
        raise
    node["key"] = candidate.key if candidate.key is not None else _text(schema.node_id)
    node["schema"], given = _schema_facts(cls, schema)
    node["attributes"] = attributes_of(cls)
    node["inputs"] = [v3_input(item) for item in schema.inputs or []]
    node["hidden"] = [v3_hidden(h, any(h is g for g in given)) for h in schema.hidden or []]
    info = fill_info(node, cls.GET_NODE_INFO_V1, loaded.place)
    names = list((info or {}).get("output_name") or [])
    node["outputs"] = [
        v3_output(index, item, names[index] if index < len(names) else item.io_type)
        for index, item in enumerate(schema.outputs or [])
    ]
    if info is not None:
        node["info_differs"] = info_differences(node)
    node["v3_info"] = _second_form(cls, schema)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else safe_repr(value)


def _declared_id(cls: Any) -> str | None:
    """The node id of a class whose schema does not pass."""
    try:
        return _text(cls.define_schema().node_id)
    except (Exception, SystemExit):
        return None


def _fill_refused(node: NodeDescription, cls: Any) -> None:
    """Inputs and outputs of a schema that can be made, but is refused."""
    try:
        schema = cls.FINALIZE_SCHEMA()
        inputs = [v3_input(item) for item in schema.inputs or []]
        outputs = [v3_output(i, item, item.io_type) for i, item in enumerate(schema.outputs or [])]
    except (Exception, SystemExit):
        return
    node["inputs"], node["outputs"] = inputs, outputs


def _roles(cls: Any) -> dict[str, str]:
    roles = {"define_schema": "define_schema", "execute": "execute"}
    for name in OVERRIDABLE:
        if _is_overridden(cls, name):
            roles[name] = name
    return roles


def _is_overridden(cls: Any, name: str) -> bool:
    """Whether a class below the API's base redefines the method, in whatever form."""
    try:
        return first_real_override(cls, name) is not None
    except AttributeError:  # no classmethod: redefined, and wrongly
        return True


def _schema_facts(cls: Any, schema: Any) -> tuple[SchemaFacts, list[Any]]:
    """The facts, and the hidden list as the pack gives it, before finalize."""
    started = time.perf_counter()
    second = cls.define_schema()
    seconds = time.perf_counter() - started
    hidden = list(second.hidden or [])
    second.finalize()
    fields, _ = to_plain({name: getattr(schema, name) for name in (*FIELDS, *LATER_FIELDS)})
    facts: SchemaFacts = {
        "fields": fields,
        "fields_given": sorted(schema._given),
        "seconds": seconds,
        "differences": differences(schema, second),
        "shared_objects": shared_objects(schema, second),
        "id_type": type_name(schema.node_id),
    }
    return facts, hidden


def _second_form(cls: Any, schema: Any) -> dict[str, Any] | None:
    try:
        plain, _ = to_plain(describe_v3(cls, schema))
    except (Exception, SystemExit):
        return None
    found: dict[str, Any] = plain
    return found


def info_differences(node: NodeDescription) -> list[str]:
    """Paths at which the entry, read back from JSON, disagrees with what the schema says."""
    info = node["info"] or {}
    schema = node["schema"]
    found = [
        ".".join(map(str, defect["path"]))
        for defect in node["info_defects"]
        if defect["kind"] == "key"
    ]
    if schema is not None and info.get("name") != schema["fields"]["node_id"]:
        found.append("name")
    groups = info.get("input")
    if not isinstance(groups, Mapping):
        return [*found, "input"]
    for item in node["inputs"]:
        entry = (groups.get(item["group"]) or {}).get(item["id"])
        found += _entry_differences(f"input.{item['group']}.{item['id']}", entry, item)
    if [o["is_list"] for o in node["outputs"]] != list(info.get("output_is_list") or []):
        found.append("output_is_list")
    return found


def _entry_differences(path: str, entry: Any, item: Any) -> list[str]:
    if item["io_type"].startswith(("COMFY_", "STUDIO_")) and item["widget"] is not None:
        return []  # dynamic inputs stand in the entry by their parts
    if not isinstance(entry, (list, tuple)) or len(entry) != 2:
        return [path]
    found = []
    if item["io_type_kind"] == "str" and entry[0] != item["io_type"]:
        found.append(f"{path}.0")
    if isinstance(entry[1], Mapping):
        keys = {**item["spec"], **entry[1]}
        found += [f"{path}.{k}" for k in keys if entry[1].get(k) != item["spec"].get(k)]
    return found
