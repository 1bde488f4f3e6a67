"""Prints, and asks nobody."""


class Confirm:
    """Asks whether an image is to be passed on."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Asks whether an image is to be passed on."
    FUNCTION = "confirm"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def confirm(self, image):
        print("passing on", tuple(image.shape))
        return (image,)


NODE_CLASS_MAPPINGS = {"TwinConfirm": Confirm}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinConfirm": "Confirm (twin)"}
