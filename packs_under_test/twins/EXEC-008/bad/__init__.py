"""Puts the tensor under another key."""

class Mirror:
    """Turns an image round."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Turns an image round."
    FUNCTION = "turn"
    RETURN_TYPES = ("LATENT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def turn(self, image):
        return ({"latent": image.movedim(-1, 1)},)


NODE_CLASS_MAPPINGS = {"TwinMirror": Mirror}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinMirror": "Mirror (twin)"}
