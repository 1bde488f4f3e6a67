"""Packs written on the spot, and inspections of them in real workers."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reference_runtime.description import NodeDescription, SideEffect
from reference_runtime.isolation.scratch import TOKEN
from reference_runtime.runtime import Inspection, PackSpec, inspect_pack

V1_NODE = """
class Invert:
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": ("INT", {"default": 1})}}
    RETURN_TYPES = ("INT",)
    FUNCTION = "run"
    CATEGORY = "tests"
    def run(self, value):
        return (-value,)
"""
V1_MAPPING = 'NODE_CLASS_MAPPINGS = {"Invert": Invert}\n'
V1_PACK = V1_NODE + V1_MAPPING

V3_HEAD = """
from studio_api.latest import StudioExtension, io

def make(node_id, **more):
    class Made(io.StudioNode):
        @classmethod
        def define_schema(cls):
            return io.Schema(node_id, inputs=[io.Int.Input("value")], outputs=[io.Int.Output()])
        @classmethod
        def execute(cls, value):
            return io.NodeOutput(value)
    Made.__qualname__ = Made.__name__ = node_id
    return Made
"""
V3_TAIL = """
class Extension(StudioExtension):
    async def get_node_list(self):
        return NODES
async def studio_entrypoint():
    return Extension()
"""


def write_pack(root: Path, source: str | Mapping[str, str], name: str = "mypack") -> Path:
    """A folder ``name`` with the source as ``__init__.py``, or with the files given by name."""
    folder = root / name
    files = {"__init__.py": source} if isinstance(source, str) else source
    for file, text in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def inspect(path: Path, level: str = "studio-0.3.71", **options: Any) -> Inspection:
    options.setdefault("timeout", 30.0)
    return inspect_pack(PackSpec(path, level, **options))


def inspect_source(
    root: Path, source: str | Mapping[str, str], name: str = "mypack", **options: Any
) -> Inspection:
    return inspect(write_pack(root, source, name), **options)


def kinds(inspection: Inspection) -> list[str]:
    """The kinds of the loading problems, in order."""
    return [problem["kind"] for problem in inspection.description["problems"]]


def keys(inspection: Inspection) -> list[str]:
    return [node["key"] for node in inspection.description["nodes"]]


def registered(inspection: Inspection) -> list[str]:
    return [node["key"] for node in inspection.description["nodes"] if node["registered"]]


def node_of(inspection: Inspection, key: str) -> NodeDescription:
    found = [node for node in inspection.description["nodes"] if node["key"] == key]
    assert len(found) == 1, f"{len(found)} nodes {key!r} among {keys(inspection)}"
    return found[0]


def effects(inspection: Inspection, *wanted: str) -> list[SideEffect]:
    """Side effects of the wanted kinds, all without any."""
    found = inspection.description["side_effects"]
    return [effect for effect in found if not wanted or effect["kind"] in wanted]


def processes_of(folder: Path) -> set[int]:
    """Living processes of workers whose scratch folder lies below ``folder``.

    Told by the environment they were started with; a forked worker by the folder it is in.
    """
    return {
        int(entry.name)
        for entry in Path("/proc").iterdir()
        if entry.name.isdecimal() and int(entry.name) != os.getpid() and _is_of(entry, folder)
    }


def _is_of(process: Path, folder: Path) -> bool:
    mark, place = f"{TOKEN}=".encode(), f"TMPDIR={folder}/".encode()
    try:
        variables = (process / "environ").read_bytes().split(b"\0")
        cwd = os.readlink(process / "cwd")
    except OSError:
        return False
    marked = any(variable.startswith(mark) for variable in variables)
    within = cwd.startswith(f"{folder}/")
    return marked and (within or any(variable.startswith(place) for variable in variables))
