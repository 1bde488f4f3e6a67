"""Points stdout to nowhere and leaves it there."""

import os


class Hush:
    """Inverts an image quietly."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Inverts an image quietly."
    FUNCTION = "hush"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def hush(self, image):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.close(nowhere)
        print("inverting")
        return (1.0 - image,)


NODE_CLASS_MAPPINGS = {"TwinHush": Hush}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinHush": "Hush (twin)"}
