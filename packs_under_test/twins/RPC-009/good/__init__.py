"""Keeps the last image that it gave."""


class Flip:
    """Turns an image upside down."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Turns an image upside down."
    FUNCTION = "flip"
    RETURN_TYPES = ("IMAGE",)
    made = None

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def flip(self, image):
        Flip.made = image.flip(1)
        return (Flip.made.clone(),)


NODE_CLASS_MAPPINGS = {"TwinFlip": Flip}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinFlip": "Flip (twin)"}
