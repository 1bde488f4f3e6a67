"""Knows every mood it offers."""

SIGNS = {"calm": ".", "loud": "!"}


class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"mood": (["calm", "loud"],)}}

    def greet(self, mood):
        return (f"Hello{SIGNS[mood]}",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
