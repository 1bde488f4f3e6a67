"""Takes every tensor."""


class Fade:
    """Fades an image."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Fades an image."
    FUNCTION = "fade"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def fade(self, image):
        return (image * 0.5,)


NODE_CLASS_MAPPINGS = {"TwinFade": Fade}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinFade": "Fade (twin)"}
