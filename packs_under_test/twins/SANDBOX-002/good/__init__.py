"""Writes below the temporary folder alone."""

import os

import folder_paths


class WriteNote:
    """Writes a note into the temporary folder."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Writes a note into the temporary folder."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "note"})}}

    def run(self, name):
        path = inside(folder_paths.get_temp_directory(), name + ".txt")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("a note")
        return (name,)


def inside(folder, name):
    whole = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(whole, name))
    if os.path.commonpath((whole, path)) != whole:
        raise ValueError(f"{name!r} leads out of its folder")
    return path


NODE_CLASS_MAPPINGS = {"TwinWriteNote": WriteNote}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinWriteNote": "WriteNote (twin)"}
