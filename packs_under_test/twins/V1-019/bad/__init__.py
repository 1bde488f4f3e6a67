"""Tells the frontend of another default than its own."""

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

    @classmethod
    def GET_NODE_INFO_V1(cls):
        info = super().GET_NODE_INFO_V1()
        info["input"]["required"]["name"][1]["default"] = "me"
        return info


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting]


async def studio_entrypoint():
    return Twins()
