"""Has an entry point for all its nodes."""

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


class Farewell(io.StudioNode):
    """Says goodbye."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="TwinFarewell",
            display_name="Farewell (twin)",
            category="twins/text",
            inputs=[io.String.Input("name", default="you")],
            outputs=[io.String.Output("farewell", display_name="farewell")],
        )

    @classmethod
    def execute(cls, name):
        return io.NodeOutput(f"Goodbye, {name}!")


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting, Farewell]


async def studio_entrypoint():
    return Twins()
