"""Tells of any path whether it is there."""

import os

import folder_paths


class HasNote:
    """Tells whether a note is there."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Tells whether a note is there."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "note.txt"})}}

    def run(self, name):
        path = os.path.join(folder_paths.get_input_directory(), name)
        return ("yes" if os.path.exists(path) else "no",)


NODE_CLASS_MAPPINGS = {"TwinHasNote": HasNote}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinHasNote": "HasNote (twin)"}
