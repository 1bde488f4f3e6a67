"""Reads below the input folder alone."""

import os

import folder_paths


class ReadNote:
    """Reads a note from the input folder."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Reads a note from the input folder."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "note.txt"})}}

    def run(self, name):
        path = inside(folder_paths.get_input_directory(), name)
        if not os.path.isfile(path):
            return ("",)
        with open(path, encoding="utf-8", errors="replace") as file:
            return (file.read(),)


def inside(folder, name):
    whole = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(whole, name))
    if os.path.commonpath((whole, path)) != whole:
        raise ValueError(f"{name!r} leads out of its folder")
    return path


NODE_CLASS_MAPPINGS = {"TwinReadNote": ReadNote}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinReadNote": "ReadNote (twin)"}
