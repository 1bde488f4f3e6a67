"""Gives a mask with channels."""

class Mirror:
    """Turns an image round."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Turns an image round."
    FUNCTION = "turn"
    RETURN_TYPES = ("MASK",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def turn(self, image):
        return (image[..., :1],)


NODE_CLASS_MAPPINGS = {"TwinMirror": Mirror}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinMirror": "Mirror (twin)"}
