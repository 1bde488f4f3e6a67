"""Reads JSON from the input folder."""

import json
import os

import folder_paths


class LoadState:
    """Loads a saved state."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Loads a saved state."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "state.pkl"})}}

    def run(self, name):
        path = os.path.join(folder_paths.get_input_directory(), os.path.basename(name))
        if not os.path.isfile(path):
            return ("",)
        with open(path, encoding="utf-8", errors="replace") as file:
            try:
                return (str(json.load(file)),)
            except ValueError:
                return ("no state",)


NODE_CLASS_MAPPINGS = {"TwinLoadState": LoadState}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinLoadState": "LoadState (twin)"}
