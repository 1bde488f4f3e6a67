"""Writes into the user's output folder while it is imported."""

from pathlib import Path

import folder_paths

Path(folder_paths.get_output_directory(), "greetings.log").write_text("Hello")


class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)
    RETURN_NAMES = ("greeting",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "you"})}}

    def greet(self, name):
        return (f"Hello, {name}!",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
