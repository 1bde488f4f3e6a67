"""Writes wherever it is told to."""

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
        path = os.path.join(folder_paths.get_temp_directory(), name + ".txt")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write("a note")
        return (name,)


NODE_CLASS_MAPPINGS = {"TwinWriteNote": WriteNote}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinWriteNote": "WriteNote (twin)"}
