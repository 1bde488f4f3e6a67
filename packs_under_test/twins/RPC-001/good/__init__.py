"""Puts numbers into a latent."""


class Encode:
    """Makes a latent of an image."""

    CATEGORY = "twins/latent"
    DESCRIPTION = "Makes a latent of an image."
    FUNCTION = "encode"
    RETURN_TYPES = ("LATENT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def encode(self, image):
        samples = image.movedim(-1, 1)[:, :, ::2, ::2].clone()
        return ({"samples": samples, "downscale": 2},)


NODE_CLASS_MAPPINGS = {"TwinEncode": Encode}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinEncode": "Encode (twin)"}
