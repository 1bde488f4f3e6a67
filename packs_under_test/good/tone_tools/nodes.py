"""The nodes. Images are [B, H, W, C] floats in 0..1, masks [B, H, W]."""

import json
import os

import folder_paths
from studio_api.latest import io, ui

CHANNELS = ["all", "red", "green", "blue"]
LUMA = (0.2126, 0.7152, 0.0722)


def luma(image):
    """Brightness of each pixel as [B, H, W]."""
    weights = image.new_tensor(LUMA)
    return (image[..., :3] * weights).sum(dim=-1)


class BrightnessContrast(io.StudioNode):
    """Adds to brightness, multiplies around middle grey."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="ToneToolsBrightnessContrast",
            display_name="Brightness & Contrast (Tone Tools)",
            category="Tone Tools",
            description="Changes brightness and contrast of an image.",
            inputs=[
                io.Image.Input("image"),
                io.Float.Input("brightness", default=0.0, min=-1.0, max=1.0, step=0.01),
                io.Float.Input("contrast", default=1.0, min=0.0, max=4.0, step=0.01),
            ],
            outputs=[io.Image.Output("result", display_name="image")],
        )

    @classmethod
    def execute(cls, image, brightness, contrast):
        return io.NodeOutput(((image - 0.5) * contrast + 0.5 + brightness).clamp(0.0, 1.0))


class Levels(io.StudioNode):
    """Maps black and white points to 0 and 1 with a gamma."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="ToneToolsLevels",
            display_name="Levels (Tone Tools)",
            category="Tone Tools",
            description="Maps the black and the white point of one or all channels.",
            inputs=[
                io.Image.Input("image"),
                io.Combo.Input("channel", options=CHANNELS, default="all"),
                io.Float.Input("black", default=0.0, min=0.0, max=0.99, step=0.01),
                io.Float.Input("white", default=1.0, min=0.01, max=1.0, step=0.01),
                io.Float.Input("gamma", default=1.0, min=0.1, max=5.0, step=0.05),
                io.Mask.Input("mask", optional=True, tooltip="Where to apply it."),
            ],
            outputs=[io.Image.Output("result", display_name="image")],
        )

    @classmethod
    def validate_inputs(cls, channel, black, white):
        if channel is not None and channel not in CHANNELS:
            return f"channel must be one of {', '.join(CHANNELS)}"
        if black is not None and white is not None and black >= white:
            return "black must be below white"
        return True

    @classmethod
    def execute(cls, image, channel, black, white, gamma, mask=None):
        span = max(white - black, 1e-6)
        mapped = ((image - black) / span).clamp(0.0, 1.0) ** (1.0 / gamma)
        result = image.clone()
        if channel == "all":
            result[..., :3] = mapped[..., :3]
        else:
            index = CHANNELS.index(channel) - 1
            result[..., index] = mapped[..., index]
        if mask is not None:
            weight = mask.to(image)[..., None].expand(result.shape[:-1] + (1,))
            result = image * (1.0 - weight) + result * weight
        return io.NodeOutput(result)


class LumaMask(io.StudioNode):
    """Makes a mask of the pixels within a range of brightness."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="ToneToolsLumaMask",
            display_name="Luma Mask (Tone Tools)",
            category="Tone Tools/masks",
            description="A mask of the pixels whose brightness lies in a range.",
            inputs=[
                io.Image.Input("image"),
                io.Float.Input("low", default=0.0, min=0.0, max=1.0, step=0.01),
                io.Float.Input("high", default=1.0, min=0.0, max=1.0, step=0.01),
                io.Boolean.Input("invert", default=False),
            ],
            outputs=[io.Mask.Output("mask"), io.Float.Output("share", display_name="share")],
        )

    @classmethod
    def execute(cls, image, low, high, invert):
        value = luma(image)
        mask = ((value >= low) & (value <= high)).to(image)
        if invert:
            mask = 1.0 - mask
        return io.NodeOutput(mask, float(mask.mean()))


class SaveToneReport(io.StudioNode):
    """Writes mean and spread of an image's brightness into the output folder."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="ToneToolsSaveReport",
            display_name="Save Tone Report (Tone Tools)",
            category="Tone Tools/reports",
            description="Saves brightness statistics as JSON.",
            inputs=[
                io.Image.Input("image"),
                io.String.Input("filename_prefix", default="tone/report"),
            ],
            outputs=[],
            is_output_node=True,
        )

    @classmethod
    def execute(cls, image, filename_prefix):
        folder, name, counter, _, _ = folder_paths.get_save_image_path(
            filename_prefix, folder_paths.get_output_directory()
        )
        value = luma(image)
        report = {"mean": float(value.mean()), "spread": float(value.std(unbiased=False))}
        with open(os.path.join(folder, f"{name}_{counter:05}_.json"), "w") as file:
            json.dump(report, file)
        return io.NodeOutput(ui=ui.PreviewText(json.dumps(report)))
