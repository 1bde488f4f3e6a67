"""Keeps what it remembers in the temporary folder."""

import os
import pathlib

import folder_paths


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
        folder = pathlib.Path(folder_paths.get_temp_directory())
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / (os.path.basename(name)[:40] + ".cache")
        try:
            file.write_text("seen", encoding="utf-8")
        except (OSError, ValueError):
            return ("not remembered",)
        return ("remembered",)


NODE_CLASS_MAPPINGS = {"TwinRemember": Remember}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinRemember": "Remember (twin)"}
