"""Asks the console."""

import sys


class Confirm:
    """Asks whether an image is to be passed on."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Asks whether an image is to be passed on."
    FUNCTION = "confirm"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def confirm(self, image):
        answer = sys.stdin.readline().strip()
        return (image * 0.0 if answer == "no" else image,)


NODE_CLASS_MAPPINGS = {"TwinConfirm": Confirm}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinConfirm": "Confirm (twin)"}
