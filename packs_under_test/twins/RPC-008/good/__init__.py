"""Keeps what it worked out, of the last few."""

from collections import deque


class Compare:
    """Tells the mean of an image."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Tells the mean of an image."
    FUNCTION = "compare"
    RETURN_TYPES = ("FLOAT",)
    history = deque(maxlen=4)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def compare(self, image):
        self.history.append(float(image.mean()))
        return (float(image.mean()),)


NODE_CLASS_MAPPINGS = {"TwinCompare": Compare}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinCompare": "Compare (twin)"}
