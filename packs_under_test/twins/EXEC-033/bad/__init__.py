"""Expands without having said so."""

from studio_api.latest import StudioExtension, io
from studio_execution.graph_utils import GraphBuilder


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
        graph = GraphBuilder()
        joined = graph.node("StringConcatenate", string_a="Hello, ", string_b=name, delimiter="")
        parts = {"expand": graph.finalize()}
        return io.NodeOutput(joined.out(0), **parts)


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting]


async def studio_entrypoint():
    return Twins()
