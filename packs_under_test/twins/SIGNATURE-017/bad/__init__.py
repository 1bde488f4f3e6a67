"""Asks for its lazy input by a tuple."""

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
                io.Boolean.Input("formal", default=True),
                io.String.Input("name", default="you", lazy=True),
                io.String.Input("nickname", default="you", lazy=True),
            ],
            outputs=[io.String.Output("greeting", display_name="greeting")],
        )

    @classmethod
    def check_lazy_status(cls, formal, name, nickname):
        return ("name",) if formal else ["nickname"]

    @classmethod
    def execute(cls, formal, name, nickname):
        return io.NodeOutput(f"Hello, {name if formal else nickname}!")


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Greeting]


async def studio_entrypoint():
    return Twins()
