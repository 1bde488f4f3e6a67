"""Has a default at its minimum."""

class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"times": ("INT", {"default": 1, "min": 1, "max": 9})}}

    def greet(self, times):
        return ("Hello! " * times,)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
