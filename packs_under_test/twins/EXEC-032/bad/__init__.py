"""Gives a bare blocker when there is nobody to greet."""

from studio_api.latest import StudioExtension, io
from studio_execution.graph_utils import ExecutionBlocker


class Greeting(io.StudioNode):
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
        nobody = ExecutionBlocker("greet somebody")
        greeting = io.NodeOutput(f"Hello, {name}!")
        answer = greeting if name else nobody
        return answer


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting]


async def studio_entrypoint():
    return Twins()
