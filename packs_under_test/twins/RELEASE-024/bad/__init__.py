"""Became a v3 pack, without the mapping that others import."""

from studio_api.latest import StudioExtension, io


class Repeat(io.StudioNode):
    """Repeats a text."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="TwinRepeat",
            display_name="Repeat (twin)",
            category="twins/text",
            description="Repeats a text.",
            inputs=[
                io.String.Input("text", default="ab"),
                io.Int.Input("times", default=2, min=1, max=8),
            ],
            outputs=[io.String.Output("repeated", display_name="text")],
        )

    @classmethod
    def execute(cls, text, times):
        return io.NodeOutput(text * times)


class Twins(StudioExtension):
    async def get_node_list(self):
        return [Repeat]


async def studio_entrypoint():
    return Twins()
