"""Hangs an attribute on a tensor."""


class Label:
    """Gives an image a label."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Gives an image a label."
    FUNCTION = "label"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def label(self, image):
        labelled = image.clone()
        labelled.label = "twin"
        return (labelled,)


NODE_CLASS_MAPPINGS = {"TwinLabel": Label}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinLabel": "Label (twin)"}
