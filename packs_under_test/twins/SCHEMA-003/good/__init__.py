"""Takes such an input as **kwargs."""

class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"your name": ("STRING", {"default": "you"})}}

    def greet(self, **names):
        return (f"Hello, {names}!",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
