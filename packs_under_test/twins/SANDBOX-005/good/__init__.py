"""Tells of paths below the input folder alone."""

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
        path = inside(folder_paths.get_input_directory(), name)
        return ("yes" if os.path.exists(path) else "no",)


def inside(folder, name):
    whole = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(whole, name))
    if os.path.commonpath((whole, path)) != whole:
        raise ValueError(f"{name!r} leads out of its folder")
    return path


NODE_CLASS_MAPPINGS = {"TwinHasNote": HasNote}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinHasNote": "HasNote (twin)"}
