"""Inputs that come and go, for the newest host: DynamicCombo, Autogrow, MatchType."""

from comfy_api.latest import ComfyExtension, io


class ResizeChoice(io.ComfyNode):
    """Shows other widgets for each way of stating a size."""

    @classmethod
    def define_schema(cls):
        factor = io.Float.Input("factor", default=2.0, min=0.1, max=8.0, step=0.1)
        width = io.Int.Input("width", default=512, min=1, max=8192)
        height = io.Int.Input("height", default=512, min=1, max=8192)
        return io.Schema(
            node_id="DynamicInputsResizeChoice",
            display_name="Resize Choice (Dynamic Inputs)",
            category="Dynamic Inputs",
            description="Works out a size, from a factor or as given.",
            search_aliases=["size", "scale"],
            inputs=[
                io.Image.Input("image"),
                io.DynamicCombo.Input(
                    "mode",
                    options=[
                        io.DynamicCombo.Option("factor", [factor]),
                        io.DynamicCombo.Option("size", [width, height]),
                    ],
                ),
            ],
            outputs=[
                io.Int.Output("new_width", display_name="width"),
                io.Int.Output("new_height", display_name="height"),
            ],
        )

    @classmethod
    def execute(cls, image, mode):
        if mode["mode"] == "size":
            return io.NodeOutput(mode["width"], mode["height"])
        height, width = image.shape[1:3]
        return io.NodeOutput(round(width * mode["factor"]), round(height * mode["factor"]))


class JoinMany(io.ComfyNode):
    """Joins as many texts as are connected."""

    @classmethod
    def define_schema(cls):
        template = io.Autogrow.TemplatePrefix(io.String.Input("text"), prefix="text", min=2, max=20)
        return io.Schema(
            node_id="DynamicInputsJoinMany",
            display_name="Join Many (Dynamic Inputs)",
            category="Dynamic Inputs",
            description="Joins any number of texts.",
            inputs=[
                io.Autogrow.Input("texts", template=template),
                io.String.Input("separator", default=", ", advanced=True),
            ],
            outputs=[io.String.Output("joined", display_name="text")],
        )

    @classmethod
    def execute(cls, texts, separator):
        return io.NodeOutput(separator.join(text for text in texts.values() if text))


class DynamicInputs(ComfyExtension):
    async def get_node_list(self):
        return [ResizeChoice, JoinMany]


async def comfy_entrypoint():
    return DynamicInputs()
