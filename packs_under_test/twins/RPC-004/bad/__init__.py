"""Takes only tensors that nodes of the same process made."""


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
        if not image.is_inference():
            raise ValueError("the image is no result of another node")
        return (image * 0.5,)


NODE_CLASS_MAPPINGS = {"TwinFade": Fade}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinFade": "Fade (twin)"}
