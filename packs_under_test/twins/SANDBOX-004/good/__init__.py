"""Lists below the input folder alone."""

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
        path = inside(folder_paths.get_input_directory(), folder)
        try:
            return (str(len(os.listdir(path))),)
        except OSError:
            return ("0",)


def inside(folder, name):
    whole = os.path.realpath(folder)
    path = os.path.realpath(os.path.join(whole, name))
    if os.path.commonpath((whole, path)) != whole:
        raise ValueError(f"{name!r} leads out of its folder")
    return path


NODE_CLASS_MAPPINGS = {"TwinCountFiles": CountFiles}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinCountFiles": "CountFiles (twin)"}
