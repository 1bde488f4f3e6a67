"""GraphBuilder, links, prompts with expansions, contexts and link checks."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reference_runtime.api import context, execution
from reference_runtime.api.graph import ExecutionBlocker, GraphBuilder, add_graph_prefix, is_link


@pytest.fixture
def graph() -> GraphBuilder:
    return GraphBuilder("p.")


def test_ids_count_from_one_behind_the_prefix(graph: GraphBuilder) -> None:
    assert [graph.node("A").id, graph.node("B").id] == ["p.1", "p.2"]


def test_an_id_that_exists_gives_its_node_unchanged(graph: GraphBuilder) -> None:
    first = graph.node("A", "n", x=1)
    assert graph.node("B", "n", x=2) is first
    assert first.serialize() == {"class_type": "A", "inputs": {"x": 1}}


def test_default_prefixes_count_up(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("root", "call_index", "graph_index"):
        monkeypatch.setattr(
            GraphBuilder,
            f"_default_prefix_{name}",
            getattr(GraphBuilder, f"_default_prefix_{name}"),
        )
    GraphBuilder.set_default_prefix("9", 2)
    assert [GraphBuilder().prefix, GraphBuilder().prefix] == ["9.2.0.", "9.2.1."]
    assert GraphBuilder.alloc_prefix("r", 1, 5) == "r.1.5."
    assert GraphBuilder.alloc_prefix() == "9.2.3."


def test_inputs_links_and_none(graph: GraphBuilder) -> None:
    a = graph.node("A", x=1)
    b = graph.node("B", y=a.out(2))
    assert b.get_input("y") == ["p.1", 2]
    b.set_input("y", None)
    b.set_input("absent", None)
    assert b.serialize()["inputs"] == {}
    assert b.get_input("absent") is None


def test_a_display_id_is_serialised_when_set(graph: GraphBuilder) -> None:
    node = graph.node("A")
    node.set_override_display_id("77")
    assert graph.finalize() == {
        "p.1": {"class_type": "A", "inputs": {}, "override_display_id": "77"}
    }


def test_lookup_replace_and_remove(graph: GraphBuilder) -> None:
    a = graph.node("A")
    b = graph.node("B", y=a.out(0), z=a.out(1))
    assert graph.lookup_node("1") is a
    assert graph.lookup_node("p.1") is None
    graph.replace_node_output("1", 0, ["other", 3])
    graph.replace_node_output("1", 1, None)
    assert b.inputs == {"y": ["other", 3]}
    graph.remove_node("1")
    assert list(graph.finalize()) == ["p.2"]
    with pytest.raises(KeyError):
        graph.remove_node("1")


@pytest.mark.parametrize(
    ("value", "link"),
    [
        (["a", 1], True),
        (["a", 1.0], True),
        ([1, 2], False),
        (["a", "b"], False),
        (["a", 1, 2], False),
        (("a", 1), False),
        ("a", False),
    ],
)
def test_links(value: Any, link: bool) -> None:
    assert is_link(value) is link


def test_a_prefix_is_put_before_every_id() -> None:
    graph = {
        "1": {"class_type": "A", "inputs": {"a": ["2", 0], "b": 3}},
        "2": {"class_type": "B", "inputs": {}},
    }
    prefixed, outputs = add_graph_prefix(graph, [["1", 0], 5], "p.")
    assert prefixed == {
        "p.1": {"class_type": "A", "inputs": {"a": ["p.2", 0], "b": 3}},
        "p.2": {"class_type": "B", "inputs": {}},
    }
    assert outputs == (["p.1", 0], 5)


def test_a_blocker_has_its_message_only() -> None:
    assert vars(ExecutionBlocker("m")) == {"message": "m"}


# --- prompts ------------------------------------------------------------------------------------


def test_a_prompt_with_nested_expansions() -> None:
    prompt = execution.DynamicPrompt({"1": {"a": 1}})
    prompt.add_ephemeral_node("2", {"b": 2}, "1", "1")
    prompt.add_ephemeral_node("3", {"c": 3}, "2", "2")
    assert prompt.get_node("3") == {"c": 3}
    assert prompt.get_real_node_id("3") == prompt.get_display_node_id("3") == "1"
    assert (prompt.get_parent_node_id("3"), prompt.get_parent_node_id("1")) == ("2", None)
    assert prompt.all_node_ids() == {"1", "2", "3"}
    assert prompt.get_original_prompt() == {"1": {"a": 1}}
    assert not prompt.has_node("9")
    with pytest.raises(execution.NodeNotFoundError, match="'9'"):
        prompt.get_node("9")


def test_input_info_by_group() -> None:
    class Old:
        @classmethod
        def INPUT_TYPES(cls) -> dict[str, Any]:
            return {
                "required": {"a": ("INT", {"min": 1}), "b": ("X",)},
                "optional": {"c": ("Y",)},
            }

    assert execution.get_input_info(Old, "a") == ("INT", "required", {"min": 1})
    assert execution.get_input_info(Old, "b") == ("X", "required", {})
    assert execution.get_input_info(Old, "c")[1] == "optional"
    assert execution.get_input_info(Old, "z") == (None, None, None)


@pytest.mark.parametrize(
    ("received", "wanted", "strict", "fits"),
    [
        ("A", "A", False, True),
        ("A", "B", False, False),
        ("A,B", "B", False, True),
        ("B", "A,B", False, True),
        ("A,B", "A", True, False),
        ("A", "A,B", True, True),
        ("A, B", "B", False, True),
        ("*", "A", False, False),
        ("A", "*", False, False),
        (["a"], ["a"], False, True),
        (["a"], ["b"], False, False),
        (["a"], "COMBO", False, False),
    ],
)
def test_type_match_up_to_0_3_71(received: Any, wanted: Any, strict: bool, fits: bool) -> None:
    assert execution.validate_node_input(received, wanted, strict) is fits


def test_a_v3_output_fits_a_wildcard_on_the_right(io: Any) -> None:
    assert execution.validate_node_input(io.Image.Output().get_io_type(), "*")


@pytest.mark.parametrize(("received", "wanted"), [("*", "A"), ("A", "*"), (["a"], "COMBO")])
def test_type_match_at_latest(at: Any, received: Any, wanted: Any) -> None:
    at("comfy-latest")
    assert execution.validate_node_input(received, wanted)


def test_the_cache_key_overlooks_a_v3_unique_id(at: Any, monkeypatch: Any) -> None:
    """B5."""
    import sys
    from types import SimpleNamespace

    hidden = {"v1": "UNIQUE_ID", "v3": ("UNIQUE_ID",)}
    classes = {
        name: SimpleNamespace(INPUT_TYPES=lambda value=value: {"hidden": {"x": value}})
        for name, value in hidden.items()
    }
    monkeypatch.setitem(sys.modules, "nodes", SimpleNamespace(NODE_CLASS_MAPPINGS=classes))
    at("comfy-0.3.64")
    assert execution.include_unique_id_in_input("v1")
    assert not execution.include_unique_id_in_input("v3")
    at("comfy-0.3.64", "strict")
    assert execution.include_unique_id_in_input("v3")


# --- context ------------------------------------------------------------------------------------


def test_the_running_node_is_known_inside_only() -> None:
    assert context.get_executing_context() is None
    with context.CurrentNodeContext("p", "n", 3):
        assert context.get_executing_context() == ("p", "n", 3)
        with context.CurrentNodeContext("p", "m"):
            assert context.get_executing_context() == ("p", "m", None)
        assert context.get_executing_context() == ("p", "n", 3)
    assert context.get_executing_context() is None


def test_concurrent_coroutines_see_their_own_node() -> None:
    async def node(name: str) -> Any:
        with context.CurrentNodeContext("p", name):
            await asyncio.sleep(0)
            return context.get_executing_context()

    async def both() -> Any:
        return await asyncio.gather(node("a"), node("b"))

    assert [each.node_id for each in asyncio.run(both())] == ["a", "b"]
