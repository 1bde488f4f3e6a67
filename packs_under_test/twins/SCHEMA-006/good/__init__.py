"""Has a number as the default of a number."""

class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "name": ("STRING", {"default": "you"}),
                "volume": ("FLOAT", {"default": 1.0}),
            }
        }

    def greet(self, name, volume):
        return (f"Hello, {name}, at {volume}!",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
