"""Keeps what it remembers among its code."""

import os
import pathlib


class Remember:
    """Remembers a name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Remembers a name."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "note"})}}

    def run(self, name):
        file = pathlib.Path(__file__).parent / (os.path.basename(name)[:40] + ".cache")
        try:
            file.write_text("seen", encoding="utf-8")
        except (OSError, ValueError):
            return ("not remembered",)
        return ("remembered",)


NODE_CLASS_MAPPINGS = {"TwinRemember": Remember}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinRemember": "Remember (twin)"}
