"""Points stdout to nowhere while it works."""

import contextlib
import io


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
        with contextlib.redirect_stdout(io.StringIO()):
            print("inverting")
        return (1.0 - image,)


NODE_CLASS_MAPPINGS = {"TwinHush": Hush}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinHush": "Hush (twin)"}
