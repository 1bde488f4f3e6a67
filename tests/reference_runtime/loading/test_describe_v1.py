"""What is said about v1 nodes, odd ones above all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tiny_packs import inspect_source, kinds, node_of

from reference_runtime.description import InputFacts, NodeDescription
from reference_runtime.runtime import Inspection

SOURCE = """
import functools
class AnyType(str):
    def __ne__(self, other): return False
    def __hash__(self): return hash("x")
ANY = AnyType("*")

class Full:
    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "whole": ("INT", {"default": 3, "min": 0, "max": 9}),
                "old": (["a", "b"], {"default": "a"}),
                "new": ("COMBO", {"options": ("x", "y")}),
                "any": (ANY,),
                "listed": ["FLOAT", {"default": 0.5}],
            },
            "optional": {"image": ("IMAGE",)},
            "hidden": {"uid": "UNIQUE_ID", "prompt": ("PROMPT",), "odd": 3},
            "extra": {},
        }
    RETURN_TYPES = ("INT", ["a", "b"], ANY)
    RETURN_NAMES = ("number", "choice")
    OUTPUT_IS_LIST = (False, True, False)
    OUTPUT_TOOLTIPS = ("first",)
    FUNCTION = "run"
    CATEGORY = "tests"
    OUTPUT_NODE = 1
    DEPRECATED = True
    SEARCH_ALIASES = ["full"]

    def run(self, whole, /, old, *rest, image=None, **more):
        return (1, 2, 3)

    @classmethod
    def IS_CHANGED(cls, **inputs): return 0
    @staticmethod
    def VALIDATE_INPUTS(whole): return True

class Odd:
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {
            "bare": "INT",
            "empty": (),
            "second": ("INT", 5),
            "three": ("INT", {}, "more"),
            "numbers": ([1, 2.5, object],),
            "set": ({"a", "b"},),
            "unclean": ("FLOAT", {"default": float("nan"), "f": {1, 2}, 3: "key"}),
            7: ("INT",),
        }}
    RETURN_TYPES = "IMAGE"
    FUNCTION = "missing"
    def __init__(self, needed): pass

def deco(function):
    @functools.wraps(function)
    def wrapper(*args, **kwargs): return function(*args, **kwargs)
    return wrapper

class Wrapped:
    '''
    class Wrapped:
    '''
    @classmethod
    @deco
    def INPUT_TYPES(cls): return {"required": {}}
    RETURN_TYPES = ()
    FUNCTION = "run"
    @deco
    async def run(self, a=1): return ()

class Raises:
    @classmethod
    def INPUT_TYPES(cls): return {"required": {"a": cls.nothing}}
    RETURN_TYPES = ("INT",)
    FUNCTION = "run"

class NoDict:
    @classmethod
    def INPUT_TYPES(cls): return ["INT"]
    RETURN_TYPES = ("INT",)

class NoTypes:
    INPUT_TYPES = classmethod(lambda cls: {"required": {}})
    FUNCTION = "run"

NODE_CLASS_MAPPINGS = {c.__name__: c for c in (Full, Odd, Wrapped, Raises, NoDict, NoTypes)}
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Inspection:
    inspection = inspect_source(tmp_path_factory.mktemp("v1"), SOURCE)
    assert kinds(inspection) == []
    return inspection


@pytest.fixture(scope="module")
def full(found: Inspection) -> NodeDescription:
    return node_of(found, "Full")


@pytest.fixture(scope="module")
def odd(found: Inspection) -> NodeDescription:
    return node_of(found, "Odd")


def an_input(node: NodeDescription, name: str) -> InputFacts:
    (facts,) = [item for item in node["inputs"] if item["id"] == name]
    return facts


def line_of(text: str) -> int:
    """The line of SOURCE that holds ``text``."""
    return 1 + next(n for n, line in enumerate(SOURCE.split("\n")) if text in line)


def test_identity_and_place(full: NodeDescription) -> None:
    assert (full["kind"], full["route"], full["class_name"]) == ("v1", "v1", "Full")
    assert full["line"] == line_of("class Full:")
    assert full["groups"] == ["required", "optional", "hidden", "extra"]
    assert full["builds_without_arguments"]


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("whole", {"io_type": "INT", "default_type": "int", "group": "required", "options": None}),
        ("old", {"io_type": "COMBO", "io_type_kind": "list", "options": ["a", "b"]}),
        ("new", {"io_type": "COMBO", "io_type_kind": "str", "options_type": "tuple"}),
        ("any", {"io_type": "*", "io_type_class": "mypack.AnyType", "neutral": True}),
        ("listed", {"io_type": "FLOAT", "entry_problem": None, "spec": {"default": 0.5}}),
        ("image", {"group": "optional", "neutral": False, "default_type": None, "spec": {}}),
    ],
)
def test_inputs(full: NodeDescription, name: str, fields: dict[str, Any]) -> None:
    facts = an_input(full, name)
    assert {key: facts[key] for key in fields} == fields  # type: ignore[literal-required]
    assert facts["defects"] == []


def test_hidden_entries(full: NodeDescription) -> None:
    assert [(h["name"], h["value"], h["form"]) for h in full["hidden"]] == [
        ("uid", "UNIQUE_ID", "string"),
        ("prompt", "PROMPT", "tuple"),
        ("odd", "3", "other"),
    ]


def test_outputs(full: NodeDescription) -> None:
    assert [
        (o["io_type"], o["io_type_kind"], o["name"], o["is_list"], o["tooltip"])
        for o in full["outputs"]
    ] == [
        ("INT", "str", "number", False, "first"),
        ("COMBO", "list", "choice", True, None),
        ("*", "str", "*", False, None),
    ]
    assert [o["has_display_name"] for o in full["outputs"]] == [True, True, False]


def test_methods(full: NodeDescription) -> None:
    run = full["methods"]["execute"]
    assert (run["name"], run["form"], run["line"]) == ("run", "function", line_of("def run(self"))
    assert [(p["name"], p["kind"], p["has_default"]) for p in run["parameters"] or []] == [
        ("whole", "positional_only", False),
        ("old", "positional_or_keyword", False),
        ("rest", "var_positional", False),
        ("image", "keyword_only", True),
        ("more", "var_keyword", False),
    ]
    assert full["methods"]["IS_CHANGED"]["form"] == "classmethod"
    assert full["methods"]["VALIDATE_INPUTS"]["form"] == "staticmethod"
    assert "check_lazy_status" not in full["methods"]


def test_attributes_and_info(full: NodeDescription) -> None:
    attributes = full["attributes"]
    assert attributes["OUTPUT_NODE"] == {"value": 1, "type": "int", "defects": []}
    assert attributes["RETURN_TYPES"]["type"] == "tuple"
    assert attributes["SEARCH_ALIASES"]["value"] == ["full"]
    assert "DESCRIPTION" not in attributes
    info = full["info"]
    assert info is not None
    assert list(info) == [
        "input", "input_order", "output", "output_is_list", "output_name", "name",
        "display_name", "description", "python_module", "category", "output_node",
        "output_tooltips", "deprecated",
    ]  # fmt: skip
    assert info["output_node"] is True
    assert info["input_order"]["optional"] == ["image"]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bare", "first letter"),
        ("empty", "no type"),
        ("second", "not a dict of options"),
        ("three", "3 elements"),
    ],
)
def test_odd_entries_are_explained(odd: NodeDescription, name: str, said: str) -> None:
    assert said in (an_input(odd, name)["entry_problem"] or "")


def test_values_that_json_cannot_hold_are_listed(odd: NodeDescription) -> None:
    (defect,) = an_input(odd, "numbers")["defects"]
    assert (defect["path"], defect["kind"]) == (["options", 2], "type")
    assert an_input(odd, "set")["io_type_kind"] == "other"
    assert an_input(odd, "set")["defects"][0]["path"] == ["type"]
    paths = [(d["path"], d["kind"]) for d in an_input(odd, "unclean")["defects"]]
    assert paths == [(["default"], "non-finite"), (["f"], "type"), (["3"], "key")]
    assert an_input(odd, "7")["id_type"] == "int"
    assert odd["info_differs"] == ["input.required.unclean.1.3", "input.required.7"]


def test_a_bare_string_of_types_counts_by_letters(odd: NodeDescription) -> None:
    assert [o["io_type"] for o in odd["outputs"]] == list("IMAGE")
    assert not odd["builds_without_arguments"]
    assert "execute" not in odd["methods"]


OPEN = """
class Anything(dict):
    def __contains__(self, name): return True

class Broken(dict):
    def __contains__(self, name): raise RuntimeError("no")

class Node:
    RETURN_TYPES, FUNCTION, CATEGORY = (), "run", "tests"
    def run(self, **inputs): return ()

class Open(Node):
    @classmethod
    def INPUT_TYPES(cls): return {"required": {}, "optional": Anything({"a": ("INT",)})}

class Closed(Node):
    @classmethod
    def INPUT_TYPES(cls): return {"required": Broken({"a": ("INT",)}), "optional": {}}

NODE_CLASS_MAPPINGS = {"Open": Open, "Closed": Closed}
"""


def test_groups_that_claim_to_hold_any_name(tmp_path: Path) -> None:
    found = inspect_source(tmp_path, OPEN)
    assert node_of(found, "Open")["open_groups"] == ["optional"]
    assert node_of(found, "Closed")["open_groups"] == []


def test_decorated_methods(found: Inspection) -> None:
    node = node_of(found, "Wrapped")
    run = node["methods"]["execute"]
    assert (run["is_async"], run["hides_async"]) == (False, True)
    assert run["line"] == line_of("async def run")
    assert [p["name"] for p in run["parameters"] or []] == ["a"]
    wanted = line_of('def INPUT_TYPES(cls): return {"required": {}}')
    assert node["methods"]["INPUT_TYPES"]["line"] == wanted
    assert node["line"] == line_of("class Wrapped:")


def test_failing_input_types(found: Inspection) -> None:
    failure = node_of(found, "Raises")["failure"]
    assert failure is not None
    assert (failure["type"], failure["line"]) == ("AttributeError", line_of("cls.nothing"))
    assert node_of(found, "Raises")["registered"]
    assert node_of(found, "Raises")["attributes"]["RETURN_TYPES"]["value"] == ["INT"]


def test_input_types_that_is_no_dict(found: Inspection) -> None:
    node = node_of(found, "NoDict")
    assert node["input_types_form"] == {"value": ["INT"], "type": "list", "defects": []}
    assert node["info_failure"] is not None


def test_missing_return_types_spoil_the_info(found: Inspection) -> None:
    failure = node_of(found, "NoTypes")["info_failure"]
    assert failure is not None
    assert "RETURN_TYPES" in failure["message"]


def test_further_keys_at_latest(tmp_path: Path) -> None:
    info = node_of(inspect_source(tmp_path, SOURCE, level="comfy-latest"), "Full")["info"]
    assert info is not None
    assert info["is_input_list"] is False
    assert info["search_aliases"] == ["full"]
    assert info["has_intermediate_output"] is False
