"""Deletes whatever path it is given."""

import contextlib
import os

import folder_paths


class DropNote:
    """Drops a note from the temporary folder."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Drops a note from the temporary folder."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "note.txt"})}}

    def run(self, name):
        path = os.path.join(folder_paths.get_temp_directory(), name)
        with contextlib.suppress(OSError):
            os.remove(path)
        return (name,)


NODE_CLASS_MAPPINGS = {"TwinDropNote": DropNote}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinDropNote": "DropNote (twin)"}
