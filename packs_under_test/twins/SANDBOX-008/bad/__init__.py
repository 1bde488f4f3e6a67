"""Unpickles a file of the input folder."""

import os
import pickle

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
        with open(path, "rb") as file:
            return (str(pickle.load(file)),)


NODE_CLASS_MAPPINGS = {"TwinLoadState": LoadState}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinLoadState": "LoadState (twin)"}
