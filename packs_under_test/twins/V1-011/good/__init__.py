"""Has each group once."""


class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)
    RETURN_NAMES = ("greeting",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {"name": ("STRING", {"default": "you"})},
            "optional": {
                "title": ("STRING", {"default": ""}),
                "mark": ("STRING", {"default": "!"}),
            },
        }

    def greet(self, name, title="", mark="!"):
        return (f"Hello, {title} {name}{mark}",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
