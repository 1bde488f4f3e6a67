"""Its validator does without what is optional."""

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
            inputs=[
                io.String.Input("name", default="you"),
                io.String.Input("title", default="", optional=True),
            ],
            outputs=[io.String.Output("greeting", display_name="greeting")],
        )

    @classmethod
    def validate_inputs(cls, name, title=""):
        return name != "nobody" or title == "Dr." or "greet somebody"

    @classmethod
    def execute(cls, name, title=""):
        return io.NodeOutput(f"Hello, {title} {name}!")


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting]


async def studio_entrypoint():
    return Twins()
