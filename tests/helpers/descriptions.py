"""Builders of made-up pack descriptions, for tests of what reads them.

Each gives a complete, well-formed record of a healthy pack or node; keywords replace fields.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reference_runtime.description import (
    Failure,
    InputFacts,
    NodeDescription,
    PackDescription,
    Problem,
)
from reference_runtime.isolation.rpc import PROTOCOL
from reference_runtime.runtime import Inspection
from reference_runtime.sandbox.policy import Enforced, Layer

ENFORCED = Enforced(*["enforced"] * 6, layers=(Layer("made up by a test", ("files", "network")),))


def an_input(name: str, io_type: str = "INT", **fields: Any) -> InputFacts:
    facts: InputFacts = {
        "id": name,
        "id_type": "str",
        "group": "required",
        "io_type": io_type,
        "io_type_kind": "str",
        "io_type_class": "str",
        "neutral": False,
        "widget": None,
        "spec": {},
        "defects": [],
        "options": None,
        "options_type": None,
        "entry_problem": None,
        "default_type": None,
    }
    return {**facts, **fields}  # type: ignore[typeddict-item]


def a_failure(message: str = "boom", **fields: Any) -> Failure:
    facts: Failure = {
        "type": "ValueError",
        "message": message,
        "file": None,
        "line": None,
        "traceback": f"Traceback: {message}",
        "missing_module": None,
    }
    return {**facts, **fields}  # type: ignore[typeddict-item]


def a_problem(kind: str, message: str = "", **fields: Any) -> Problem:
    facts: Problem = {
        "kind": kind,
        "message": message or kind,
        "node": None,
        "file": None,
        "line": None,
        "failure": None,
        "detail": {},
    }
    return {**facts, **fields}  # type: ignore[typeddict-item]


def a_node(key: str = "Invert", **fields: Any) -> NodeDescription:
    facts: NodeDescription = {
        "key": key,
        "kind": "v1",
        "route": "v1",
        "registered": True,
        "display_name": key,
        "class_name": key,
        "module": "mypack",
        "file": None,
        "line": None,
        "failure": None,
        "schema": None,
        "inputs": [],
        "outputs": [],
        "hidden": [],
        "groups": ["required"],
        "input_types_form": None,
        "open_groups": [],
        "methods": {},
        "attributes": {},
        "info": {"input": {"required": {}}, "name": key},
        "info_defects": [],
        "info_failure": None,
        "info_differs": [],
        "v3_info": None,
        "node_parents": [],
        "has_slots": False,
        "init_subclass": None,
        "builds_without_arguments": True,
    }
    return {**facts, **fields}  # type: ignore[typeddict-item]


def a_pack(*nodes: NodeDescription, name: str = "mypack", **fields: Any) -> PackDescription:
    """A description of a pack that loaded; ``load`` is merged, other fields are replaced."""
    load = {
        "loaded": True,
        "route": "v1",
        "name": name,
        "python_module": f"custom_nodes.{name}",
        "mapping_present": True,
        "mapping_size": len(nodes),
        "entry_names": [],
        "on_load_overridden": False,
        "on_load_location": None,
        "web_directory": None,
        "routes": [],
        "seconds": 0.1,
        "peak_bytes": 50_000_000,
        "modules": 3,
        "replacements": [],
    }
    facts: dict[str, Any] = {
        "protocol": PROTOCOL,
        "level": "studio-0.3.71",
        "mode": "faithful",
        "python": "3.11.0",
        "torch": None,
        "numpy": None,
        "problems": [],
        "side_effects": [],
        "touches": [],
        "nodes": list(nodes),
    }
    facts |= fields
    facts["load"] = load | fields.get("load", {})
    return facts  # type: ignore[return-value]


def an_inspection(description: PackDescription, **fields: Any) -> Inspection:
    known: dict[str, Any] = {
        "output": "",
        "output_bytes": 0,
        "enforced": ENFORCED,
        "seconds": 0.2,
    }
    return Inspection(description, **{**known, **fields})


def make_folder(root: Path, name: str = "mypack", pyproject: str | None = None) -> Path:
    """An empty pack folder for a description to speak about."""
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text("NODE_CLASS_MAPPINGS = {}\n", encoding="utf-8")
    if pyproject is not None:
        (folder / "pyproject.toml").write_text(pyproject, encoding="utf-8")
    return folder
