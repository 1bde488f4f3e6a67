"""Counts its schemas."""

from itertools import count

from studio_api.latest import StudioExtension, io

CALLS = count()


class Greeting(io.StudioNode):
    """Greets by name."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="TwinGreeting",
            display_name="Greeting (twin)",
            category="twins/text",
            description="Greets by name.",
            inputs=[io.String.Input("name", default=f"guest {next(CALLS)}")],
            outputs=[io.String.Output("greeting", display_name="greeting")],
        )

    @classmethod
    def execute(cls, name):
        return io.NodeOutput(f"Hello, {name}!")


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting]


async def studio_entrypoint():
    return Twins()
