"""Builders of made-up interfaces, for tests of what compares them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from descriptions import a_node, a_pack, an_input

from reference_runtime.description import InputFacts, NodeDescription, OutputFacts
from studio_conformance.release.interface import Interface, interface_of
from studio_conformance.subject import Pack


def an_output(io_type: str = "IMAGE", name: str | None = None, **fields: Any) -> OutputFacts:
    facts: OutputFacts = {
        "index": 0,
        "id": None,
        "io_type": io_type,
        "io_type_kind": "str",
        "name": name or io_type,
        "is_list": False,
        "tooltip": None,
        "widget": None,
        "has_display_name": name is not None,
    }
    return {**facts, **fields}  # type: ignore[typeddict-item]


def a_widget(name: str, io_type: str = "INT", group: str = "required", **spec: Any) -> InputFacts:
    """An input with a spec; ``options`` go where a combo has them."""
    options = spec.pop("options", None)
    return an_input(name, io_type, group=group, spec=spec, options=options)


def titled(key: str = "Invert", **fields: Any) -> NodeDescription:
    """A node whose /object_info entry says ``category``, ``display_name`` and ``output_node``."""
    names = ("category", "display_name", "output_node")
    info = {name: fields.pop(name) for name in names if name in fields}
    known = {"input": {"required": {}}, "name": key, "category": "tests", "display_name": key}
    return a_node(key, info=known | info, **fields)


def a_face(*nodes: NodeDescription, path: Path = Path("/packs/mypack"), **more: Any) -> Interface:
    """The interface of a made-up pack; ``more`` replaces fields of it."""
    interface = interface_of(Pack(path, a_pack(*nodes)), "mypack", None)
    return {**interface, **more}  # type: ignore[typeddict-item]
