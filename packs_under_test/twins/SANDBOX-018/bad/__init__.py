"""Starts a program for what Python does itself."""

import subprocess


class Increase:
    """Adds one to a number."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Adds one to a number."
    FUNCTION = "run"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"number": ("INT", {"default": 1, "min": 0, "max": 9})}}

    def run(self, number):
        done = subprocess.run(["expr", str(number), "+", "1"], capture_output=True, text=True)
        return (int(done.stdout or 0),)


NODE_CLASS_MAPPINGS = {"TwinIncrease": Increase}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinIncrease": "Increase (twin)"}
