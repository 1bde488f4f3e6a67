"""The node base: v1 face, life cycle, clones and locks, return forms, and the hosts' bugs."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from reference_runtime.api import internal
from reference_runtime.api.graph import ExecutionBlocker


def make(io: Any, base: Any = None, returned: Any = None, **fields: Any) -> Any:
    class Node(base or io.ComfyNode):  # type: ignore[misc]
        @classmethod
        def define_schema(cls) -> Any:
            return io.Schema(**{"node_id": "N", **{k: v() for k, v in fields.items()}})

        @classmethod
        def execute(cls, **kwargs: Any) -> Any:
            return returned

    return Node


def call(node: Any, hidden: Any = None, method: str = "execute", **inputs: Any) -> Any:
    clone = node.PREPARE_CLASS_CLONE(hidden)
    return internal.make_locked_method_func(node, method, clone)(**inputs)


# --- the v1 face --------------------------------------------------------------------------------


def test_v1_attributes_are_lists_and_flags_from_the_schema(io: Any) -> None:
    node = make(
        io,
        category=lambda: "c",
        description=lambda: "d",
        is_output_node=lambda: True,
        is_input_list=lambda: True,
        is_deprecated=lambda: True,
        is_experimental=lambda: True,
        is_api_node=lambda: True,
        not_idempotent=lambda: True,
        outputs=lambda: [io.Image.Output("i", "Shown", "tip", True), io.Int.Output()],
    )
    assert node.SCHEMA is None
    assert node.RETURN_TYPES == ["IMAGE", "INT"]
    assert node.SCHEMA.node_id == "N"
    assert node.RETURN_NAMES == ["Shown", "INT"]
    assert node.OUTPUT_IS_LIST == [True, False]
    assert node.OUTPUT_TOOLTIPS == ["tip", None]
    assert (node.CATEGORY, node.DESCRIPTION) == ("c", "d")
    flags = [
        "OUTPUT_NODE",
        "INPUT_IS_LIST",
        "DEPRECATED",
        "EXPERIMENTAL",
        "API_NODE",
        "NOT_IDEMPOTENT",
    ]
    assert all(getattr(node, flag) is True for flag in flags)


def test_input_types_is_fresh_each_time_and_not_validated(io: Any) -> None:
    node = make(io, inputs=lambda: [io.Int.Input("a"), io.Int.Input("a")], is_output_node=lambda: 1)
    assert list(node.INPUT_TYPES()["hidden"]) == ["prompt", "extra_pnginfo"]
    assert "hidden" not in node.INPUT_TYPES(include_hidden=False)
    groups, schema = node.INPUT_TYPES(True, True)
    assert (list(groups["required"]), schema.node_id) == (["a"], "N")
    assert node.SCHEMA is None


def test_input_types_takes_no_parameters_at_latest(at: Any) -> None:
    node = make(at("comfy-latest"))
    with pytest.raises(TypeError):
        node.INPUT_TYPES(include_hidden=False)
    assert node.INPUT_TYPES() == {"required": {}}


def test_function_names_the_call_for_sync_and_async(io: Any) -> None:
    class Async(io.ComfyNode):  # type: ignore[misc]
        @classmethod
        async def execute(cls) -> Any: ...

    assert make(io).FUNCTION == "EXECUTE_NORMALIZED"
    assert Async.FUNCTION == "EXECUTE_NORMALIZED_ASYNC"


# --- the class rules ----------------------------------------------------------------------------


def test_both_methods_must_be_defined(io: Any) -> None:
    class Empty(io.ComfyNode):  # type: ignore[misc]
        pass

    class Half(io.ComfyNode):  # type: ignore[misc]
        @classmethod
        def define_schema(cls) -> Any:
            return io.Schema("n")

    with pytest.raises(Exception, match="Empty does not define define_schema"):
        Empty.GET_SCHEMA()
    with pytest.raises(Exception, match="Half does not define execute"):
        Half.GET_SCHEMA()


@pytest.mark.parametrize("wrap", [staticmethod, lambda f: f])
def test_a_method_that_is_no_classmethod_is_an_attribute_error(io: Any, wrap: Any) -> None:
    class Node(io.ComfyNode):  # type: ignore[misc]
        define_schema = wrap(lambda *args: io.Schema("n"))

        @classmethod
        def execute(cls) -> Any: ...

    with pytest.raises(AttributeError, match="__func__"):
        Node.GET_SCHEMA()


def test_the_default_lazy_check_names_what_is_none(io: Any) -> None:
    assert make(io).check_lazy_status(a=1, b=None, c=None) == ["b", "c"]


def test_defaults_of_the_optional_methods_are_not_overrides(io: Any) -> None:
    node = make(io)
    for name in ("validate_inputs", "fingerprint_inputs", "check_lazy_status"):
        assert internal.first_real_override(node, name) is None


# --- B8 -----------------------------------------------------------------------------------------


def family(io: Any) -> Any:
    parent = make(io, category=lambda: "parent", outputs=lambda: [io.Image.Output()])
    return parent, make(
        io, parent, category=lambda: "child", outputs=lambda: [io.Mask.Output(), io.Int.Output()]
    )


@pytest.mark.parametrize("level", ["comfy-0.3.64", "comfy-latest"])
def test_a_subclass_inherits_its_parents_cached_face(at: Any, level: str) -> None:
    """B8: but only when the parent's schema was asked for first."""
    parent, child = family(at(level))
    parent.GET_SCHEMA()
    child.GET_SCHEMA()
    assert (child.RETURN_TYPES, child.CATEGORY) == (["IMAGE"], "parent")
    assert child.GET_NODE_INFO_V1()["output"] == ["MASK", "INT"]
    parent, child = family(at(level))
    child.GET_SCHEMA()
    parent.GET_SCHEMA()
    assert (child.RETURN_TYPES, child.CATEGORY) == (["MASK", "INT"], "child")


def test_strict_mode_gives_each_class_its_own_face(at: Any) -> None:
    parent, child = family(at("comfy-0.3.64", "strict"))
    parent.GET_SCHEMA()
    assert (child.RETURN_TYPES, child.CATEGORY) == (["MASK", "INT"], "child")
    assert child.PREPARE_CLASS_CLONE({}).RETURN_TYPES == ["MASK", "INT"]


# --- one call -----------------------------------------------------------------------------------


def test_the_class_of_a_call_is_a_locked_clone(io: Any) -> None:
    seen: list[Any] = []

    class Node(io.ComfyNode):  # type: ignore[misc]
        cache: dict[str, int] = {}  # noqa: RUF012  shared on purpose

        @classmethod
        def define_schema(cls) -> Any:
            return io.Schema("n")

        @classmethod
        def execute(cls) -> Any:
            seen.append(cls)
            cls.cache["runs"] = cls.cache.get("runs", 0) + 1
            assert super().check_lazy_status(a=None) == ["a"]
            with pytest.raises(AttributeError, match="locked"):
                cls.extra = 1
            with pytest.raises(AttributeError, match="locked"):
                cls().extra = 1

    call(Node)
    call(Node)
    cls = seen[0]
    assert cls is not Node
    assert issubclass(cls, Node)
    assert cls.__name__ == "NodeClone"
    assert Node.cache == {"runs": 2}
    type.__setattr__(cls, "extra", 1)


def test_hidden_values_are_there_during_a_call_only(io: Any) -> None:
    seen: list[Any] = []

    class Node(io.ComfyNode):  # type: ignore[misc]
        @classmethod
        def execute(cls) -> Any:
            seen.append((cls.hidden.unique_id, cls.hidden.prompt, cls.hidden.nonsense))

    call(Node, {io.Hidden.unique_id: "5"})
    assert seen == [("5", None, None)]
    assert Node.hidden is None


def test_a_clone_takes_call_data_at_latest(at: Any) -> None:
    io = at("comfy-latest")
    node = make(io)
    assert node.PREPARE_CLASS_CLONE({"hidden_inputs": {"UNIQUE_ID": "3"}}).hidden.unique_id == "3"
    with pytest.raises(KeyError):
        node.PREPARE_CLASS_CLONE({"UNIQUE_ID": "3"})


def test_slots_break_the_clone(io: Any) -> None:
    class Node(io.ComfyNode):  # type: ignore[misc]
        __slots__ = ("x",)

    with pytest.raises(ValueError, match="__slots__"):
        Node.PREPARE_CLASS_CLONE({})


def test_init_subclass_fires_twice_per_call(io: Any) -> None:
    made: list[str] = []

    class Node(io.ComfyNode):  # type: ignore[misc]
        def __init_subclass__(cls) -> None:
            made.append(cls.__name__)

        @classmethod
        def execute(cls) -> Any: ...

    call(Node)
    assert made == ["NodeClone", "NodeClone"]


def test_an_input_called_cls_is_a_type_error(io: Any) -> None:
    with pytest.raises(TypeError, match="cls"):
        make(io).EXECUTE_NORMALIZED(cls=1)


# --- return forms -------------------------------------------------------------------------------


def normalized(io: Any, returned: Any, **fields: Any) -> Any:
    node = make(io, returned=returned, **fields)
    node.GET_SCHEMA()
    return node.EXECUTE_NORMALIZED()


def test_none_is_an_empty_result(io: Any) -> None:
    assert normalized(io, None).result is None


def test_a_node_output_stays_the_same_object(io: Any) -> None:
    output = io.NodeOutput(1)
    assert normalized(io, output) is output


def test_a_tuple_is_spread(io: Any) -> None:
    assert normalized(io, (1, 2)).args == (1, 2)


@pytest.mark.parametrize(
    ("level", "mode", "works"),
    [
        ("comfy-0.3.64", "faithful", False),
        ("studio-0.3.71", "faithful", False),
        ("comfy-latest", "faithful", True),
        ("comfy-0.3.64", "strict", True),
    ],
)
def test_a_dict_return(at: Any, level: str, mode: str, works: bool) -> None:
    """B1."""
    io = at(level, mode)
    io.ComfyNode = getattr(io, "ComfyNode", None) or io.StudioNode
    if not works:
        with pytest.raises(TypeError, match="unexpected keyword argument 'args'"):
            normalized(io, {"result": (1,)})
        blocked = normalized(io, {"result": ExecutionBlocker("m")})
        assert (blocked.args, blocked.block_execution) == ((), "m")
        return
    made = normalized(io, {"result": (1,), "ui": {"a": [2]}})
    assert (made.args, made.ui, made.expand) == ((1,), {"a": [2]}, None)
    blocked = normalized(io, {"result": ExecutionBlocker("m")})
    assert (blocked.args, blocked.block_execution) == ((), "m")


def test_a_returned_blocker_is_a_no_op_in_faithful_mode(at: Any) -> None:
    """B2: the message is there, but without a value the engine does not look."""
    io = at("comfy-0.3.64")
    made = normalized(io, ExecutionBlocker("m"))
    assert (made.block_execution, made.blocks) == ("m", False)
    assert io.NodeOutput(None, block_execution="m").blocks is True
    io = at("comfy-0.3.64", "strict")
    assert normalized(io, ExecutionBlocker("m")).blocks is True


@pytest.mark.parametrize("returned", [[1], 3, "text", object()])
def test_other_returns_are_refused(io: Any, returned: Any) -> None:
    with pytest.raises(Exception, match="Invalid return type from node: <class"):
        normalized(io, returned)


def test_expand_needs_its_flag(io: Any) -> None:
    with pytest.raises(Exception, match="enable_expand=True"):
        normalized(io, io.NodeOutput(expand={}))
    made = normalized(io, io.NodeOutput(expand={"1": {}}), enable_expand=lambda: True)
    assert made.expand == {"1": {}}


def test_a_coroutine_execute(io: Any) -> None:
    class Async(io.ComfyNode):  # type: ignore[misc]
        @classmethod
        def define_schema(cls) -> Any:
            return io.Schema("n")

        @classmethod
        async def execute(cls, a: int) -> Any:
            await asyncio.sleep(0)
            return (a,)

    Async.GET_SCHEMA()
    assert asyncio.run(call(Async, None, "EXECUTE_NORMALIZED_ASYNC", a=3)).args == (3,)


def test_a_coroutine_behind_a_sync_function_is_refused(io: Any) -> None:
    async def work() -> int:
        return 1

    coroutine = work()
    with pytest.raises(Exception, match="coroutine"):
        normalized(io, coroutine)
    coroutine.close()


# --- NodeOutput ---------------------------------------------------------------------------------


def test_node_output_has_values_by_index(io: Any) -> None:
    made = io.NodeOutput(1, 2, ui={"a": [1]})
    assert (made.args, made.result, made[1], made.ui) == ((1, 2), (1, 2), 2, {"a": [1]})
    assert io.NodeOutput().result is None
    with pytest.raises(IndexError):
        io.NodeOutput()[0]


@pytest.mark.parametrize(
    ("args", "message", "blocks"),
    [((1,), "m", True), ((1,), "", True), ((1,), None, False), ((), "m", False), ((), None, False)],
)
def test_what_blocks(io: Any, args: Any, message: Any, blocks: bool) -> None:
    assert io.NodeOutput(*args, block_execution=message).blocks is blocks


def test_a_ui_output_is_abstract(io: Any) -> None:
    with pytest.raises(TypeError, match="abstract"):
        io._UIOutput()
