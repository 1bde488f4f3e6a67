"""Gives a text to a program as an argument."""

import subprocess


class Announce:
    """Prints words by a program."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Prints words by a program."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"words": ("STRING", {"default": ""})}}

    def run(self, words):
        if not words:
            return ("",)
        done = subprocess.run(["printf", "--", "%s", words.replace("\0", "")], capture_output=True)
        return (done.stdout.decode("utf-8", "replace"),)


NODE_CLASS_MAPPINGS = {"TwinAnnounce": Announce}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinAnnounce": "Announce (twin)"}
