"""One source for Hanzo Studio and ComfyUI: a shim for the names, an entry function for each."""

try:
    from studio_api.latest import StudioExtension as Extension
    from studio_api.latest import io

    Node = io.StudioNode
except ImportError:
    from comfy_api.latest import ComfyExtension as Extension
    from comfy_api.latest import io

    Node = io.ComfyNode


class TileGrid(Node):
    """Lays the images of a batch out in a grid."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="BothHostsTileGrid",
            display_name="Tile Grid (Both Hosts)",
            category="Both Hosts",
            description="Lays the images of a batch out in a grid.",
            inputs=[
                io.Image.Input("images"),
                io.Int.Input("columns", default=2, min=1, max=16),
            ],
            outputs=[io.Image.Output("grid", display_name="image")],
        )

    @classmethod
    def execute(cls, images, columns):
        batch, height, width, channels = images.shape
        rows = -(-batch // columns)
        grid = images.new_zeros((1, rows * height, columns * width, channels))
        for index in range(batch):
            row, column = divmod(index, columns)
            top, left = row * height, column * width
            grid[0, top : top + height, left : left + width] = images[index]
        return io.NodeOutput(grid)


class BothHosts(Extension):
    async def get_node_list(self):
        return [TileGrid]


async def comfy_entrypoint():
    return BothHosts()


async def studio_entrypoint():
    return BothHosts()
