"""Counts its runs in a dict of the class."""

from typing import ClassVar

from studio_api.latest import StudioExtension, io


class Greeting(io.StudioNode):
    """Greets by name."""

    runs: ClassVar[dict] = {}

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
        cls.runs[name] = cls.runs.get(name, 0) + 1
        return io.NodeOutput(f"Hello, {name}!")


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting]


async def studio_entrypoint():
    return Twins()
