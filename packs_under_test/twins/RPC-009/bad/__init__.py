"""Keeps every image that it gave."""


class Flip:
    """Turns an image upside down."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Turns an image upside down."
    FUNCTION = "flip"
    RETURN_TYPES = ("IMAGE",)
    made = []

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def flip(self, image):
        flipped = image.flip(1)
        self.made.append(flipped)
        return (flipped,)


NODE_CLASS_MAPPINGS = {"TwinFlip": Flip}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinFlip": "Flip (twin)"}
