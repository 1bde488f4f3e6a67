"""Looks whether the value is known."""

from studio_api.latest import StudioExtension, io

GREETINGS = {"plain": "Hello!", "loud": "HELLO!"}


class Greeting(io.StudioNode):
    """Greets by name."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="TwinGreeting",
            display_name="Greeting (twin)",
            category="twins/text",
            description="Greets by name.",
            inputs=[io.Combo.Input("style", options=["plain", "loud"])],
            outputs=[io.String.Output("greeting", display_name="greeting")],
        )

    @classmethod
    def execute(cls, style):
        return io.NodeOutput(GREETINGS[style] if style in GREETINGS else "?")


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting]


async def studio_entrypoint():
    return Twins()
