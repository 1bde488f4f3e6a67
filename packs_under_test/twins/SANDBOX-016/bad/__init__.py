"""Ends the process for a text."""

import os


class Quit:
    """Repeats words."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Repeats words."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"words": ("STRING", {"default": "hello"})}}

    def run(self, words):
        if ".." in words:
            os._exit(3)
        return (words,)


NODE_CLASS_MAPPINGS = {"TwinQuit": Quit}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinQuit": "Quit (twin)"}
