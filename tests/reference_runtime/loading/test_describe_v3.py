"""What is said about v3 nodes: schema, stability, v1 face, inheritance."""

from __future__ import annotations

import pytest
from tiny_packs import inspect_source, node_of

from reference_runtime.description import NodeDescription
from reference_runtime.runtime import Inspection

SOURCE = """
from studio_api.latest import StudioExtension, io

class Plain(io.StudioNode):
    @classmethod
    def define_schema(cls):
        return io.Schema(
            "Plain", display_name="Plain node", category="tests", is_output_node=True,
            inputs=[
                io.Int.Input("count", default=2, min=0, tooltip="how many"),
                io.Combo.Input("mode", options=["a", "b"], optional=True),
                io.AnyType.Input("any"),
                io.Custom("MINE").Input("own"),
            ],
            outputs=[io.Image.Output(), io.Int.Output("n", display_name="N", is_output_list=True)],
            hidden=[io.Hidden.unique_id],
        )
    @classmethod
    async def execute(cls, count, any, own, mode=None): return io.NodeOutput(1, 2)
    @classmethod
    def fingerprint_inputs(cls, **inputs): return 0

SHARED = [io.Int.Input("a")]
OUT = io.Int.Output("x")

class Unstable(io.StudioNode):
    calls = 0
    @classmethod
    def define_schema(cls):
        cls.calls += 1
        return io.Schema("Unstable", inputs=SHARED, outputs=[OUT],
                         description=f"call {cls.calls}")
    @classmethod
    def execute(cls, a): return io.NodeOutput(a)

class Child(Plain):
    @classmethod
    def define_schema(cls):
        schema = super().define_schema()
        schema.node_id = "Child"
        return schema

class Slots(io.StudioNode):
    __slots__ = ("x",)
    def __init_subclass__(cls, **more): super().__init_subclass__(**more)
    @classmethod
    def define_schema(cls):
        return io.Schema(7, inputs=[io.Float.Input("f", default=float("inf"))])
    def execute(self, f): return None

class Clash(io.StudioNode):
    @classmethod
    def define_schema(cls):
        return io.Schema("Clash", inputs=[io.Int.Input("a"), io.Int.Input("a")])
    @classmethod
    def execute(cls, a): return None

class Extension(StudioExtension):
    async def get_node_list(self): return [Plain, Unstable, Child, Slots, Clash]
async def studio_entrypoint(): return Extension()
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    return inspect_source(tmp_path_factory.mktemp("v3"), SOURCE)


@pytest.fixture(scope="module")
def plain(found: Inspection) -> NodeDescription:
    return node_of(found, "Plain")


def test_schema_fields(plain: NodeDescription) -> None:
    schema = plain["schema"]
    assert schema is not None
    assert schema["fields"]["node_id"] == "Plain"
    assert schema["fields"]["is_output_node"] is True
    assert schema["fields_given"] == [
        "category", "display_name", "hidden", "inputs", "is_output_node", "node_id", "outputs",
    ]  # fmt: skip
    assert schema["differences"] == []
    assert schema["shared_objects"] == []
    assert 0 <= schema["seconds"] < 5
    assert schema["id_type"] == "str"
    assert (plain["kind"], plain["key"], plain["registered"]) == ("v3", "Plain", True)


def test_inputs(plain: NodeDescription) -> None:
    count, mode, anything, own = plain["inputs"]
    assert (count["widget"], count["io_type"], count["group"]) == ("Int", "INT", "required")
    assert count["spec"] == {"tooltip": "how many", "default": 2, "min": 0}
    assert (mode["group"], mode["options"], mode["options_type"]) == (
        "optional", ["a", "b"], "list",
    )  # fmt: skip
    assert anything["neutral"]
    assert (own["io_type"], own["neutral"]) == ("MINE", False)


def test_outputs_and_hidden(plain: NodeDescription) -> None:
    image, number = plain["outputs"]
    assert (image["id"], image["name"], image["has_display_name"]) == ("_0_IMAGE_", "IMAGE", False)
    assert (number["id"], number["name"], number["is_list"]) == ("n", "N", True)
    assert [(h["name"], h["declared"]) for h in plain["hidden"]] == [
        ("unique_id", True),
        ("prompt", False),
        ("extra_pnginfo", False),
    ]


def test_methods_and_attributes(plain: NodeDescription) -> None:
    assert set(plain["methods"]) == {"define_schema", "execute", "fingerprint_inputs"}
    assert plain["methods"]["execute"]["is_async"]
    assert plain["attributes"]["FUNCTION"]["value"] == "EXECUTE_NORMALIZED_ASYNC"
    assert plain["attributes"]["RETURN_TYPES"] == {
        "value": ["IMAGE", "INT"], "type": "list", "defects": [],
    }  # fmt: skip


def test_info_and_second_form(plain: NodeDescription) -> None:
    info = plain["info"]
    assert info is not None
    assert info["name"] == "Plain"
    assert info["python_module"] == "custom_nodes.mypack"
    assert plain["info_differs"] == []
    assert plain["v3_info"] is not None
    assert plain["v3_info"]["name"] == "Plain"


def test_an_unstable_schema_is_found_out(found: Inspection) -> None:
    schema = node_of(found, "Unstable")["schema"]
    assert schema is not None
    assert schema["differences"] == ["description"]
    assert schema["shared_objects"] == ["inputs", "inputs.a", "outputs.x"]


def test_concrete_parents_are_named(found: Inspection) -> None:
    node = node_of(found, "Child")
    assert node["node_parents"] == ["Plain"]
    # The host's caches are inherited: what the parent registered stays (faithful mode).
    assert node["attributes"]["RETURN_TYPES"]["value"] == ["IMAGE", "INT"]
    assert node["line"] == SOURCE.split("\n").index("class Child(Plain):") + 1


def test_a_schema_of_a_class_that_cannot_run(found: Inspection) -> None:
    node = node_of(found, "7")
    assert node["failure"] is not None
    assert "__func__" in node["failure"]["message"]
    assert node["has_slots"]
    assert node["init_subclass"] == "Slots"
    assert node["methods"]["execute"]["form"] == "function"
    assert not node["registered"]


def test_a_refused_schema_keeps_its_id(found: Inspection) -> None:
    node = node_of(found, "Clash")
    assert node["failure"] is not None
    assert node["failure"]["type"] == "ValueError"
    assert not node["registered"]


def test_strict_mode_reaches_the_worker(tmp_path_factory: pytest.TempPathFactory) -> None:
    strict = inspect_source(tmp_path_factory.mktemp("strict"), SOURCE, mode="strict")
    assert strict.description["mode"] == "strict"
