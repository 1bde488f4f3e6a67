"""A pack in a single file: arithmetic on masks."""

import torch
from comfy_api.latest import ComfyExtension, io

OPERATIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - b,
    "multiply": lambda a, b: a * b,
    "minimum": torch.minimum,
    "maximum": torch.maximum,
}


class MaskMath(io.ComfyNode):
    """Combines two masks pixel by pixel."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="MaskMathCombine",
            display_name="Combine Masks (Mask Math)",
            category="Mask Math",
            description="Combines two masks of the same size.",
            inputs=[
                io.Mask.Input("first"),
                io.Mask.Input("second"),
                io.Combo.Input("operation", options=list(OPERATIONS), default="add"),
            ],
            outputs=[io.Mask.Output("mask")],
        )

    @classmethod
    def execute(cls, first, second, operation):
        if operation not in OPERATIONS:
            raise ValueError(f"operation must be one of {', '.join(OPERATIONS)}")
        if first.shape[-2:] != second.shape[-2:]:
            raise ValueError(f"the masks differ in size: {first.shape} and {second.shape}")
        return io.NodeOutput(OPERATIONS[operation](first, second).clamp(0.0, 1.0))


class MaskMathExtension(ComfyExtension):
    async def get_node_list(self):
        return [MaskMath]


async def comfy_entrypoint():
    return MaskMathExtension()
