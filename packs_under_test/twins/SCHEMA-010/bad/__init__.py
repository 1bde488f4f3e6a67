"""Offers an option twice."""

class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"style": (["plain", "loud", "plain"],)}}

    def greet(self, style):
        return (f"Hello! ({style})",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
