"""Lists whatever folder it is given."""

import os

import folder_paths


class CountFiles:
    """Counts the files of a folder."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Counts the files of a folder."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"folder": ("STRING", {"default": "sub"})}}

    def run(self, folder):
        path = os.path.join(folder_paths.get_input_directory(), folder)
        try:
            return (str(len(os.listdir(path))),)
        except OSError:
            return ("0",)


NODE_CLASS_MAPPINGS = {"TwinCountFiles": CountFiles}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinCountFiles": "CountFiles (twin)"}
