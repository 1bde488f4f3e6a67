"""Gives the label as an output of its own."""


class Label:
    """Gives an image a label."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Gives an image a label."
    FUNCTION = "label"
    RETURN_TYPES = ("IMAGE", "STRING")

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def label(self, image):
        return (image.clone(), "twin")


NODE_CLASS_MAPPINGS = {"TwinLabel": Label}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinLabel": "Label (twin)"}
