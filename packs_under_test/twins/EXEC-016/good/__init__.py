"""Puts a key into a copy."""

class Mirror:
    """Turns an image round."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Turns an image round."
    FUNCTION = "turn"
    RETURN_TYPES = ("LATENT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"latent": ("LATENT",)}}

    def turn(self, latent):
        latent = latent.copy()
        latent["batch_index"] = list(range(len(latent["samples"])))
        return (latent,)


NODE_CLASS_MAPPINGS = {"TwinMirror": Mirror}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinMirror": "Mirror (twin)"}
