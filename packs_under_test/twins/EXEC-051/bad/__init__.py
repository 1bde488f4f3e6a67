"""Refuses the default it gives."""

class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"times": ("INT", {"default": 0, "min": 0, "max": 5})}}

    def greet(self, times):
        if times < 1:
            raise ValueError("greet at least once")
        return ("Hello! " * times,)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
