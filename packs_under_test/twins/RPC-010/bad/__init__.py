"""Opens a device in each call, and closes none."""

import os


class Discard:
    """Throws an image away, and passes it on."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Throws an image away, and passes it on."
    FUNCTION = "discard"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def discard(self, image):
        os.write(os.open(os.devnull, os.O_WRONLY), bytes(len(image)))
        return (image,)


NODE_CLASS_MAPPINGS = {"TwinDiscard": Discard}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinDiscard": "Discard (twin)"}
