"""Imports a name that its host has dropped."""

from comfy_api.latest import ComfyExtension
from comfy_api.latest import comfy_io as io


class Greeting(io.ComfyNode):
    """Greets by name."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="TwinGreeting",
            display_name="Greeting (twin)",
            category="twins/text",
            description="Greets by name.",
            inputs=[io.String.Input("name", default="you")],
            outputs=[io.String.Output("greeting", display_name="greeting")],
        )

    @classmethod
    def execute(cls, name):
        return io.NodeOutput(f"Hello, {name}!")


class Twins(ComfyExtension):
    async def get_node_list(self):
        return [Greeting]


async def comfy_entrypoint():
    return Twins()
