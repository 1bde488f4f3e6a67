"""Nodes that hand on one constant."""

from __future__ import annotations

import sys
from typing import Any

from reference_runtime.api import io_widgets as io
from reference_runtime.api.node import ComfyNode
from reference_runtime.api.output import NodeOutput
from reference_runtime.api.schema import Schema


def _primitive(node_id: str, display_name: str, kind: Any, **options: Any) -> type[ComfyNode]:
    """A node with the one input ``value`` and one output, both of ``kind``.

    Its class has the name it has on the host: Python's own messages tell it.
    """
    name = node_id.removeprefix("Primitive")

    def define_schema(cls: Any) -> Schema:
        return Schema(
            node_id=node_id,
            display_name=display_name,
            category="utils/primitive",
            inputs=[kind.Input("value", **options)],
            outputs=[kind.Output()],
        )

    def execute(cls: Any, value: Any) -> NodeOutput:
        return NodeOutput(value)

    execute.__qualname__ = f"{name}.execute"
    namespace = {
        "__module__": __name__,
        "__doc__": f"{display_name}: hands on its value.",
        "RELATIVE_PYTHON_MODULE": "comfy_extras.nodes_primitive",
        "define_schema": classmethod(define_schema),
        "execute": classmethod(execute),
    }
    return type(name, (ComfyNode,), namespace)


PRIMITIVES = (
    _primitive("PrimitiveString", "String", io.String),
    _primitive("PrimitiveStringMultiline", "String (Multiline)", io.String, multiline=True),
    _primitive(
        "PrimitiveInt", "Int", io.Int,
        min=-sys.maxsize, max=sys.maxsize, control_after_generate=True,
    ),
    _primitive("PrimitiveFloat", "Float", io.Float, min=-sys.maxsize, max=sys.maxsize),
    _primitive("PrimitiveBoolean", "Boolean", io.Boolean),
)  # fmt: skip
