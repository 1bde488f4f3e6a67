"""Joins the names of members to a folder."""

import os
import zipfile

import folder_paths


class Unpack:
    """Unpacks an archive of the input folder."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Unpacks an archive of the input folder."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "notes.zip"})}}

    def run(self, name):
        path = os.path.join(folder_paths.get_input_directory(), os.path.basename(name))
        if not zipfile.is_zipfile(path):
            return ("",)
        target = folder_paths.get_temp_directory()
        with zipfile.ZipFile(path) as archive:
            for member in archive.namelist():
                with open(os.path.join(target, member), "wb") as file:
                    file.write(archive.read(member))
        return (name,)


NODE_CLASS_MAPPINGS = {"TwinUnpack": Unpack}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinUnpack": "Unpack (twin)"}
