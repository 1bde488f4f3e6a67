"""Gives a new image each time."""


class Brighten:
    """Brightens an image."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Brightens an image."
    FUNCTION = "brighten"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "image": ("IMAGE",),
                "amount": ("FLOAT", {"default": 0.5, "min": 0.0, "max": 1.0}),
            }
        }

    def brighten(self, image, amount):
        return ((image + amount).clamp(0.0, 1.0),)


NODE_CLASS_MAPPINGS = {"TwinBrighten": Brighten}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinBrighten": "Brighten (twin)"}
