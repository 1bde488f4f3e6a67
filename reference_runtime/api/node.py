"""The base class of v3 nodes: its life cycle and the v1 face it shows.

Source of the rules: class life cycle and v1 attributes of the v3 API. The v1 attributes are
computed from the schema when it is first asked for and cached on the class; in faithful mode a
subclass inherits its parent's cache (B8), in strict mode it does not.
"""

from __future__ import annotations

import inspect
from abc import abstractmethod
from typing import Any, TypeVar

from reference_runtime.api import tables
from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.api.hidden import HiddenHolder
from reference_runtime.api.internal import (
    _ComfyNodeInternal,
    classproperty,
    first_real_override,
    shallow_clone_class,
)
from reference_runtime.api.levelled import note_name
from reference_runtime.api.output import NodeOutput
from reference_runtime.api.schema import Schema, input_groups, v1_entry, v3_info
from reference_runtime.levels import ACTIVE

_FROM_SCHEMA = {
    "DESCRIPTION": "description",
    "CATEGORY": "category",
    "EXPERIMENTAL": "is_experimental",
    "DEPRECATED": "is_deprecated",
    "API_NODE": "is_api_node",
    "OUTPUT_NODE": "is_output_node",
    "INPUT_IS_LIST": "is_input_list",
    "NOT_IDEMPOTENT": "not_idempotent",
    "DEV_ONLY": "is_dev_only",
    "ACCEPT_ALL_INPUTS": "accept_all_inputs",
    "HAS_INTERMEDIATE_OUTPUT": "has_intermediate_output",
}
_FROM_OUTPUTS = ("RETURN_TYPES", "RETURN_NAMES", "OUTPUT_IS_LIST", "OUTPUT_TOOLTIPS")

T = TypeVar("T", bound=type)


def _v1_attribute(name: str) -> classproperty:
    def read(cls: Any) -> Any:
        if _cached(cls, name) is None:
            cls.GET_SCHEMA()
        return _cached(cls, name)

    read.__doc__ = f"{name} as a v1 node would state it."
    return classproperty(read)


def _cached(cls: Any, name: str) -> Any:
    """The cached attribute: any inherited one (faithful, B8) or the class's own (strict)."""
    cache = f"_{name}"
    if ACTIVE.mode == "faithful":
        return getattr(cls, cache, None)
    return _original(cls).__dict__.get(cache)


def _original(cls: Any) -> Any:
    """The pack's class behind the clones that a call makes."""
    while "_clone_of" in cls.__dict__:
        cls = cls.__dict__["_clone_of"]
    return cls


def _with_v1_attributes(cls: T) -> T:
    for name in (*_FROM_SCHEMA, *_FROM_OUTPUTS):
        setattr(cls, f"_{name}", None)
        setattr(cls, name, _v1_attribute(name))
    return cls


@_with_v1_attributes
class _ComfyNodeBaseInternal(_ComfyNodeInternal):
    """What the host sees of a v3 node."""

    RELATIVE_PYTHON_MODULE: Any = None
    SCHEMA: Any = None
    resources: Any = None
    hidden: Any = None

    @classmethod
    @abstractmethod
    def define_schema(cls) -> Schema:
        """Say what the node is. Called often: at load, for the frontend, around every run."""
        raise NotImplementedError

    @classmethod
    @abstractmethod
    def execute(cls, **kwargs: Any) -> NodeOutput:
        """Run the node; may be a coroutine function."""
        raise NotImplementedError

    @classmethod
    def validate_inputs(cls, **kwargs: Any) -> bool | str:
        """Return True, or False or a message to refuse the prompt. Called only when overridden."""
        raise NotImplementedError

    @classmethod
    def fingerprint_inputs(cls, **kwargs: Any) -> Any:
        """Return what decides whether the node runs again. Called only when overridden."""
        raise NotImplementedError

    @classmethod
    def check_lazy_status(cls, **kwargs: Any) -> list[str]:
        """Return the lazy inputs needed now (here: those still None). For overriding."""
        return [name for name, value in kwargs.items() if value is None]

    def __init__(self) -> None:
        # Hosts up to 0.3.71 set this, so an instance of a locked class can't be made there.
        if ACTIVE.level.rank < 2:
            self.local_resources = None

    @classmethod
    def GET_BASE_CLASS(cls) -> Any:
        """The class that an override must stand below."""
        return _ComfyNodeBaseInternal

    @classmethod
    def VALIDATE_CLASS(cls) -> None:
        """Raise unless ``define_schema`` and ``execute`` are overridden (as classmethods)."""
        for name in ("define_schema", "execute"):
            if first_real_override(cls, name) is None:
                raise Exception(f"node class {cls.__name__} does not define {name}")

    @classproperty
    def FUNCTION(cls: Any) -> str:  # noqa: N805  a class property
        """Name of the method that the host calls."""
        if inspect.iscoroutinefunction(cls.execute):
            return "EXECUTE_NORMALIZED_ASYNC"
        return "EXECUTE_NORMALIZED"

    @classmethod
    def EXECUTE_NORMALIZED(cls, *args: Any, **kwargs: Any) -> NodeOutput:
        """Run ``execute``; its return value as NodeOutput. Raises for illegal forms."""
        return _normalized(cls, cls.execute(*args, **kwargs))

    @classmethod
    async def EXECUTE_NORMALIZED_ASYNC(cls, *args: Any, **kwargs: Any) -> NodeOutput:
        """The same for a coroutine ``execute``."""
        returned: Any = cls.execute(*args, **kwargs)
        return _normalized(cls, await returned)

    @classmethod
    def PREPARE_CLASS_CLONE(cls, hidden_inputs: dict[str, Any] | None) -> Any:
        """A subclass that holds the hidden values of one call.

        Takes the hidden values themselves up to 0.3.71, and a call's data with ``hidden_inputs`` in
        it at latest (KeyError without).
        """
        clone: Any = shallow_clone_class(cls)
        clone._clone_of = cls
        read = HiddenHolder.from_v3_data if ACTIVE.level.rank >= 2 else HiddenHolder.from_dict
        clone.hidden = read(hidden_inputs)
        return clone

    @classmethod
    def GET_NODE_INFO_V3(cls) -> dict[str, Any]:
        """The hosts' broken second form: faithful mode raises TypeError up to 0.3.71 (B3)."""
        name = "io.ComfyNode.GET_NODE_INFO_V3"
        note_name(name, tables.MEMBERS[name])
        schema: Schema = cls.GET_SCHEMA()
        return dict(vars(schema.get_v3_info(cls)))

    @classmethod
    def GET_NODE_INFO_V1(cls) -> dict[str, Any]:
        """The node's ``/object_info`` entry."""
        schema: Schema = cls.GET_SCHEMA()
        return v1_entry(schema.get_v1_info(cls))

    @classmethod
    def INPUT_TYPES(cls, *args: Any, **kwargs: Any) -> Any:
        """Inputs in v1 form, from a fresh schema that is finalised but not validated.

        Up to 0.3.71: ``(include_hidden=True, return_schema=False)``; at latest no parameters.
        """
        if ACTIVE.level.rank >= 2:
            return _input_types_latest(cls, *args, **kwargs)
        return _input_types(cls, *args, **kwargs)

    @classmethod
    def FINALIZE_SCHEMA(cls) -> Schema:
        """A fresh, finalised schema."""
        schema: Schema = cls.define_schema()
        schema.finalize()
        return schema

    @classmethod
    def GET_SCHEMA(cls) -> Schema:
        """A fresh schema, finalised and validated; kept in SCHEMA and the v1 attributes."""
        cls.VALIDATE_CLASS()
        schema: Schema = cls.FINALIZE_SCHEMA()
        schema.validate()
        _fill_cache(cls, schema)
        cls.SCHEMA = schema
        return schema


class ComfyNode(_ComfyNodeBaseInternal):
    """Base class of a pack's v3 nodes (``StudioNode`` on Studio)."""

    @classmethod
    @abstractmethod
    def define_schema(cls) -> Schema:
        """Say what the node is."""
        raise NotImplementedError

    @classmethod
    @abstractmethod
    def execute(cls, **kwargs: Any) -> NodeOutput:
        """Run the node."""
        raise NotImplementedError

    @classmethod
    def validate_inputs(cls, **kwargs: Any) -> bool | str:
        """Return True, or a message to refuse the prompt."""
        raise NotImplementedError

    @classmethod
    def fingerprint_inputs(cls, **kwargs: Any) -> Any:
        """Return what decides whether the node runs again."""
        raise NotImplementedError

    @classmethod
    def check_lazy_status(cls, **kwargs: Any) -> list[str]:
        """Return the lazy inputs needed now."""
        return [name for name, value in kwargs.items() if value is None]

    @classmethod
    def GET_BASE_CLASS(cls) -> Any:
        """The class that an override must stand below."""
        return ComfyNode


def _input_types(cls: Any, include_hidden: bool = True, return_schema: bool = False) -> Any:
    schema: Schema = cls.FINALIZE_SCHEMA()
    groups = input_groups(schema, include_hidden)
    return (groups, schema) if return_schema else groups


def _input_types_latest(cls: Any) -> Any:
    return input_groups(cls.FINALIZE_SCHEMA())


def _fill_cache(cls: Any, schema: Schema) -> None:
    values = {name: getattr(schema, field) for name, field in _FROM_SCHEMA.items()}
    outputs = schema.outputs or []
    values["RETURN_TYPES"] = [output.io_type for output in outputs]
    values["RETURN_NAMES"] = [output.display_name or output.io_type for output in outputs]
    values["OUTPUT_IS_LIST"] = [output.is_output_list for output in outputs]
    values["OUTPUT_TOOLTIPS"] = [output.tooltip for output in outputs]
    for name, value in values.items():
        if _cached(cls, name) is None:
            setattr(cls, f"_{name}", value)


def _normalized(cls: Any, returned: Any) -> NodeOutput:
    if returned is None:
        output = NodeOutput()
    elif isinstance(returned, NodeOutput):
        output = returned
    elif isinstance(returned, tuple):
        output = NodeOutput(*returned)
    elif isinstance(returned, dict):
        output = NodeOutput.from_dict(returned)
    elif isinstance(returned, ExecutionBlocker):
        output = NodeOutput(block_execution=returned.message)
    else:
        raise Exception(f"Invalid return type from node: {type(returned)}")
    if output.expand is not None and not cls.SCHEMA.enable_expand:
        raise Exception(
            f"node {cls.SCHEMA.node_id} returned expand, its Schema needs enable_expand=True"
        )
    return output


def describe_v3(cls: Any, finalised: Schema | None = None) -> dict[str, Any]:
    """The second form as the host meant it, with ``python_module`` last.

    ``finalised``: the node's schema, where it is at hand.

    Inputs and outputs by id with all their options ("optional" included), hidden as a list of
    tokens.
    """
    schema: Schema = finalised or cls.FINALIZE_SCHEMA()
    return {**vars(v3_info(schema)), "python_module": cls.RELATIVE_PYTHON_MODULE}
