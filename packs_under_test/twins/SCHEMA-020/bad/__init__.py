"""Derives a node from another node."""

from studio_api.latest import StudioExtension, io


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
        return io.NodeOutput(f"Hello, {name}!")


class Farewell(Greeting):
    """Takes leave by name."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="TwinFarewell",
            display_name="Farewell (twin)",
            category="twins/text",
            description="Takes leave by name.",
            inputs=[io.String.Input("name", default="you")],
            outputs=[
                io.String.Output("farewell", display_name="farewell"),
                io.Int.Output("length", display_name="length"),
            ],
        )

    @classmethod
    def execute(cls, name):
        text = f"Goodbye, {name}!"
        return io.NodeOutput(text, len(text))


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting, Farewell]


async def studio_entrypoint():
    return Twins()
