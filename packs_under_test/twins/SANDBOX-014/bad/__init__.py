"""Expands variables of the environment."""

import os


class FillIn:
    """Fills in a text."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Fills in a text."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"template": ("STRING", {"default": "Hello $name"})}}

    def run(self, template):
        return (os.path.expandvars(template).replace("$name", "you"),)


NODE_CLASS_MAPPINGS = {"TwinFillIn": FillIn}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinFillIn": "FillIn (twin)"}
