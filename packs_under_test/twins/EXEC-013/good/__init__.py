"""Gives a large number for silence."""

class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("FLOAT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"loudness": ("FLOAT", {"default": 0.5, "min": 0.0, "max": 1.0})}}

    def greet(self, loudness):
        distance = 1 / max(loudness, 0.001)
        return (distance,)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
