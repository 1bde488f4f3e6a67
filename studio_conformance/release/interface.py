"""What other people depend on in a pack, as compact plain JSON: the subject of a comparison.

Saved workflows depend on node ids, on the order of widgets (values are saved by position) and of
outputs (links are saved by number); prompts in API format on the names of inputs; other packs on
classes, functions and modules. Everything else of a description is left out.
"""

from __future__ import annotations

import re
from typing import Any, TypedDict

from reference_runtime.description import InputFacts, NodeDescription, OutputFacts
from studio_conformance.release.options import OptionSources
from studio_conformance.release.slots import is_widget, saved_slots
from studio_conformance.subject import Node, Pack

INTERFACE_VERSION = 1
MAX_OPTIONS = 2000
"""A longer list comes from the machine, not from the pack's author."""
NUMBERS = ("min", "max", "step")
_ABSOLUTE = re.compile(r"/[^/\s]+/|[A-Za-z]:[\\/]")
"""How a path begins that is another one on another machine."""


class InputFace(TypedDict, total=False):
    """One input. ``name``, ``type``, ``required`` and ``widget`` always stand there."""

    name: str
    type: str
    required: bool
    widget: bool
    any: bool
    """It takes values of every type."""
    default: Any
    min: float
    max: float
    step: float
    options: list[Any]
    several: bool
    """Its value is a list of options, not one of them."""
    volatile: bool
    """The options depend on the machine's files: nothing can be said about them."""


class OutputFace(TypedDict):
    name: str
    type: str
    list: bool


class NodeFace(TypedDict):
    """One registered node. Without ``described`` only what stands before ``inputs`` counts."""

    id: str
    kind: str
    described: bool
    class_name: str
    module: str
    display_name: str
    category: str | None
    function: str | None
    """v1: the method the host calls."""
    input_is_list: bool
    output_node: bool
    deprecated: bool
    experimental: bool
    file: str | None
    """Relative to the pack."""
    line: int | None
    inputs: list[InputFace]
    widgets: list[str]
    """What each saved widget value is for, by position; see ``slots.saved_slots``."""
    outputs: list[OutputFace]


class PackFace(TypedDict):
    """A pack as others see it, apart from its nodes."""

    interface_version: int
    name: str
    version: str | None
    declared: bool
    """Whether the name comes from the pack's pyproject.toml, not from its folder."""
    level: str
    mapping: bool
    """The pack has a NODE_CLASS_MAPPINGS that others can import."""
    modules: list[str]
    """Importable modules below the pack, dotted; names with a leading underscore left out."""
    replacements: list[dict[str, Any]]
    """Node replacement rules: old_node_id, new_node_id and their mappings."""


class Interface(PackFace):
    """A pack as others see it."""

    nodes: list[NodeFace]


def interface_of(pack: Pack, name: str, version: str | None) -> Interface:
    """The interface of a loaded pack; ``name`` and ``version`` as its pyproject declares them."""
    load = pack.description["load"]
    sources = OptionSources()
    faces = {n.key: _node(n, sources) for n in pack.nodes if n.facts["registered"]}
    return {
        "interface_version": INTERFACE_VERSION,
        "name": name,
        "version": version,
        "declared": name != load["name"] or version is not None,
        "level": pack.level.name,
        "mapping": load["mapping_present"],
        "modules": modules_of(pack),
        "replacements": load.get("replacements", []),
        "nodes": list(faces.values()),
    }


def modules_of(pack: Pack) -> list[str]:
    """Dotted names of the pack's own modules that others may import."""
    root = pack.path if pack.path.is_dir() else pack.path.parent
    found = []
    for file in pack.source.files():
        parts = file.relative_to(root).with_suffix("").parts
        parts = parts[:-1] if parts[-1] == "__init__" else parts
        if parts and all(part.isidentifier() and not part.startswith("_") for part in parts):
            found.append(".".join(parts))
    return sorted(set(found))


def _node(node: Node, sources: OptionSources) -> NodeFace:
    facts = node.facts
    info = facts["info"] or {}
    inputs = sorted(facts["inputs"], key=lambda item: item["group"] == "optional")
    return {
        "id": node.key,
        "kind": node.kind,
        "described": node.described,
        "class_name": facts["class_name"],
        "module": facts["module"],
        "display_name": str(info.get("display_name") or facts["display_name"] or node.key),
        "category": _text(info.get("category")),
        "function": _text(_attribute(facts, "FUNCTION")) if node.kind == "v1" else None,
        "input_is_list": _takes_lists(node),
        "output_node": bool(info.get("output_node")),
        "deprecated": bool(info.get("deprecated")),
        "experimental": bool(info.get("experimental")),
        "file": _relative(node),
        "line": facts["line"],
        "inputs": [_input(item, node, sources) for item in inputs],
        "widgets": saved_slots(inputs),
        "outputs": [_output(item) for item in facts["outputs"]],
    }


def _takes_lists(node: Node) -> bool:
    if node.kind == "v3":
        return node.flag("is_input_list")
    return bool(_attribute(node.facts, "INPUT_IS_LIST"))


def _attribute(facts: NodeDescription, name: str) -> Any:
    found = facts["attributes"].get(name)
    return found["value"] if found else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _relative(node: Node) -> str | None:
    file = node.facts["file"]
    root = node.pack.path if node.pack.path.is_dir() else node.pack.path.parent
    if file is None or not file.startswith(f"{root}/"):
        return None
    return file[len(str(root)) + 1 :]


def _input(item: InputFacts, node: Node, sources: OptionSources) -> InputFace:
    face: InputFace = {
        "name": item["id"],
        "type": item["io_type"],
        "required": item["group"] == "required",
        "widget": is_widget(item),
    }
    if item["neutral"] or item["io_type"] == "*":
        face["any"] = True
    if "default" in item["spec"] and _lasts(item, node):
        face["default"] = item["spec"]["default"]
    for key in NUMBERS:
        value = item["spec"].get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            face[key] = value  # type: ignore[literal-required]
    options = item["options"]
    if options is not None:
        if len(options) > MAX_OPTIONS or sources.volatile(node, options):
            face["volatile"] = True
        face["options"] = options[:MAX_OPTIONS]
        if item["spec"].get("multiselect") or item["spec"].get("multi_select"):
            face["several"] = True
    return face


def _lasts(item: InputFacts, node: Node) -> bool:
    """Whether the default is the same in every run and on every machine, as far as can be seen.

    The entry of /object_info comes from another call: a random default differs there.
    """
    default = item["spec"]["default"]
    if isinstance(default, str) and _ABSOLUTE.match(default):
        return False
    groups = (node.facts["info"] or {}).get("input")
    entries = groups.get(item["group"]) if isinstance(groups, dict) else None
    entry = entries.get(item["id"]) if isinstance(entries, dict) else None
    spec = entry[1] if isinstance(entry, list) and len(entry) > 1 else None
    return not isinstance(spec, dict) or spec.get("default", default) == default


def _output(item: OutputFacts) -> OutputFace:
    return {"name": item["name"], "type": item["io_type"], "list": item["is_list"]}
