"""Starts the program that a text names."""

import subprocess


class Convert:
    """Runs a tool."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Runs a tool."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"tool": ("STRING", {"default": ""})}}

    def run(self, tool):
        if not tool:
            return ("",)
        try:
            return (str(subprocess.run([tool], capture_output=True).returncode),)
        except (OSError, ValueError):
            return ("no such tool",)


NODE_CLASS_MAPPINGS = {"TwinConvert": Convert}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinConvert": "Convert (twin)"}
