"""What an interface says of packs that were described in real workers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, an_input
from faces import a_face, a_widget
from tiny_packs import V3_HEAD, inspect, write_pack

from studio_conformance.release.compare import compare
from studio_conformance.release.interface import MAX_OPTIONS, Interface, interface_of
from studio_conformance.release.slots import saved_slots
from studio_conformance.subject import Pack

V1 = """
import os, random, folder_paths
from pathlib import Path
class Node:
    CATEGORY = "tests"
    DESCRIPTION = "A node."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    @classmethod
    def INPUT_TYPES(cls):
        return {"optional": {"last": ("INT", {"default": 1})},
                "required": {
                    "cache": ("STRING", {"default": f"{random.random()}"}),
                    "folder": ("STRING", {"default": str(Path(__file__).parent)}),
                    "output": ("STRING", {"default": folder_paths.get_output_directory()}),
                    "route": ("STRING", {"default": "/ask"}),
                    "own": (["a", "b"],),
                    "found": (sorted(os.listdir(Path(__file__).parent)),),
                    "image": ("IMAGE",),
                    "seed": ("INT", {"default": 0}),
                }}
    def run(self, **given):
        return ("",)
NODE_CLASS_MAPPINGS = {"Node": Node}
"""
REPLACING = (
    V3_HEAD.replace("studio_api", "comfy_api").replace("Studio", "Comfy")
    + """
from comfy_api.latest import ComfyAPI
class Extension(ComfyExtension):
    async def on_load(self):
        await ComfyAPI().node_replacement.register(io.NodeReplace("New", "Old"))
    async def get_node_list(self):
        return [make("New")]
async def comfy_entrypoint():
    return Extension()
"""
)


def face(root: Path, source: str, level: str = "studio-0.3.71", **files: str) -> Interface:
    path = write_pack(root, {"__init__.py": source, **files})
    return interface_of(Pack(path, inspect(path, level).description), "mypack", "1.0")


def test_what_is_the_same_on_every_machine(tmp_path: Path) -> None:
    (node,) = face(tmp_path, V1)["nodes"]
    inputs = {item["name"]: item for item in node["inputs"]}
    assert list(inputs)[-1] == "last"
    with_default = [name for name, item in inputs.items() if "default" in item]
    assert not {"cache", "folder"} & set(with_default)
    assert {"route", "seed", "last"} <= set(with_default)
    assert ("volatile" in inputs["own"], inputs["found"]["volatile"]) == (False, True)
    assert (node["file"], node["line"]) == ("__init__.py", 4)


@pytest.mark.parametrize(
    ("options", "head", "volatile"),
    [
        ('["none", *sorted(os.listdir(Path(__file__).parent))]', "", True),
        ('["none", "own"]', "", False),
        ('["none", "own".upper()]', "", True),
        ('["none", "own".upper()]', "no files", False),
    ],
)
def test_options_depend_on_files_where_one_of_them_is_not_written(
    tmp_path: Path, options: str, head: str, volatile: bool
) -> None:
    source = V1.replace('["a", "b"]', options)
    if head:
        source = source.replace("sorted(os.listdir(Path(__file__).parent))", '["one"]')
    (node,) = face(tmp_path, source)["nodes"]
    inputs = {item["name"]: item for item in node["inputs"]}
    assert inputs["own"].get("volatile", False) is volatile


def test_only_nodes_that_the_host_knows_are_of_the_interface() -> None:
    nodes = a_face(a_node("Known"), a_node("Lost", registered=False))["nodes"]
    assert [node["id"] for node in nodes] == ["Known"]


def test_required_inputs_come_first_and_a_list_has_an_end() -> None:
    last = a_widget("last", group="optional", min=True, max=9)
    long = a_widget("long", "COMBO", options=[f"o{n}" for n in range(MAX_OPTIONS + 1)])
    short = a_widget("short", "COMBO", options=["a"] * MAX_OPTIONS)
    first, second, third = a_face(a_node(inputs=[last, long, short]))["nodes"][0]["inputs"]
    assert [item["name"] for item in (first, second, third)] == ["long", "short", "last"]
    assert (first["volatile"], len(first["options"])) == (True, MAX_OPTIONS)
    assert "volatile" not in second
    assert ("min" in third, third["max"]) == (False, 9)


def test_two_descriptions_of_one_pack_are_alike(tmp_path: Path) -> None:
    old, new = face(tmp_path / "a", V1), face(tmp_path / "b", V1)
    assert old == json.loads(json.dumps(new))
    assert compare(old, new) == []


def test_widgets_in_the_order_of_saved_values(tmp_path: Path) -> None:
    (node,) = face(tmp_path, V1)["nodes"]
    control = "seed+control_after_generate"
    words = ["cache", "folder", "output", "route", "own", "found", "seed", control, "last"]
    assert node["widgets"] == words


@pytest.mark.parametrize(
    ("item", "slots"),
    [
        (a_widget("x", "COMBO", options=["a"]), ["x"]),
        (
            a_widget("x", "COMBO", control_after_generate=True),
            ["x", "x+control_after_generate", "x+control_filter_list"],
        ),
        (a_widget("x", "COMBO", image_upload=True), ["x", "x+upload"]),
        (a_widget("noise_seed"), ["noise_seed", "noise_seed+control_after_generate"]),
        (a_widget("seed", "FLOAT"), ["seed"]),
        (a_widget("x", "INT", forceInput=True), []),
        (an_input("x", "IMAGE"), []),
        (an_input("x", "INT,FLOAT"), []),
        (a_widget("x", "INT,FLOAT", widgetType="INT"), ["x"]),
    ],
)
def test_slots(item: Any, slots: list[str]) -> None:
    assert saved_slots([item]) == slots


def test_modules_that_others_may_import(tmp_path: Path) -> None:
    files = {"nodes.py": "", "_own.py": "", "sub/__init__.py": "", "sub/deep.py": "", "a-b.py": ""}
    assert face(tmp_path, V1, **files)["modules"] == ["nodes", "sub", "sub.deep"]


def test_replacement_rules_make_up_for_a_node_that_is_gone(tmp_path: Path) -> None:
    new = face(tmp_path, REPLACING, "comfy-latest")
    assert [rule["old_node_id"] for rule in new["replacements"]] == ["Old"]
    old: Interface = {**new, "nodes": [{**new["nodes"][0], "id": "Old"}], "replacements": []}
    assert compare(old, new) == []
    assert [c.kind for c in compare(old, {**new, "replacements": []})] == ["node-renamed"]
