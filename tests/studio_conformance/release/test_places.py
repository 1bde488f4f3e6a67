"""Where a change is to be looked at in the new pack."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack

from studio_conformance.release.changes import Change
from studio_conformance.release.places import placed_by_face, placed_in_pack
from studio_conformance.subject import Pack

NODES = """\
class Blur:
    CATEGORY = "tests"
    RETURN_TYPES = ("IMAGE",)
    RETURN_NAMES = ("out",)
    FUNCTION = "run"
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {
            "image": ("IMAGE",),
            "radius": ("INT",),
        }}
    def run(self, image, radius):
        return (image,)
NODE_DISPLAY_NAME_MAPPINGS = {"Blur": "old words",
    "Blur": "Blur it"}
"""
INIT = '"""A pack."""\nfrom .nodes import Blur\n'
OWN = INIT + 'NODE_CLASS_MAPPINGS = {"Blur": Blur}\n'
BROUGHT = INIT + "from .nodes import NODE_CLASS_MAPPINGS\n"
RENAMED = INIT + "from .nodes import nodes as NODE_CLASS_MAPPINGS\n"


def place(change: Change, root: Path, entry: str = OWN) -> tuple[str, int | None]:
    (root / "__init__.py").write_text(entry)
    (root / "nodes.py").write_text(NODES)
    node = a_node("Blur", class_name="Blur", file=str(root / "nodes.py"), line=1)
    (placed,) = placed_in_pack([change], Pack(root, a_pack(node)))
    return Path(placed.file or "").name, placed.line


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({"kind": "output-retyped", "part": "outputs"}, 3),
        ({"kind": "output-renamed", "part": "outputs"}, 4),
        ({"kind": "category-changed", "part": "attribute", "look_for": "CATEGORY"}, 2),
        ({"kind": "function-renamed", "part": "attribute", "look_for": "FUNCTION"}, 5),
        ({"kind": "display-name-changed", "part": "mapping", "look_for": "Blur"}, 15),
        ({"kind": "range-narrowed", "part": "inputs", "look_for": "radius"}, 10),
        ({"kind": "class-renamed"}, 1),
    ],
)
def test_a_change_of_a_node_is_placed_at_its_part(
    fields: dict[str, Any], line: int, tmp_path: Path
) -> None:
    assert place(Change(what="x", node="Blur", **fields), tmp_path) == ("nodes.py", line)


@pytest.mark.parametrize(("entry", "line"), [(OWN, 3), (BROUGHT, 3), (RENAMED, 3), (INIT, 1)])
def test_what_is_gone_is_placed_where_the_pack_lists_its_nodes(
    entry: str, line: int, tmp_path: Path
) -> None:
    gone = Change("node-removed", "x", "Gone", part="mapping", gone=True)
    assert place(gone, tmp_path, entry) == ("__init__.py", line)


def test_without_a_source_the_interface_tells() -> None:
    new: Any = {"nodes": [{"id": "New", "file": "nodes.py", "line": 7}]}
    changes = [
        Change("node-renamed", "x", "Old", "New", "New", gone=True),
        Change("category-changed", "x", "New"),
        Change("node-removed", "x", "Old", gone=True),
    ]
    told = [(each.file, each.line) for each in placed_by_face(changes, new, Path("/p"))]
    assert told == [("/p/nodes.py", 7), ("/p/nodes.py", 7), ("/p/__init__.py", 1)]
    assert placed_by_face(changes, new, None)[0].file == "nodes.py"
