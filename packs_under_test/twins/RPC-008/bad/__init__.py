"""Keeps every image that it was given."""


class Compare:
    """Tells the mean of an image."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Tells the mean of an image."
    FUNCTION = "compare"
    RETURN_TYPES = ("FLOAT",)
    history = []

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def compare(self, image):
        self.history.append(image)
        return (float(image.mean()),)


NODE_CLASS_MAPPINGS = {"TwinCompare": Compare}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinCompare": "Compare (twin)"}
