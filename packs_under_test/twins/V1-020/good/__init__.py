"""Maps a v3 node under its id."""

from studio_api.latest import io


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


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
