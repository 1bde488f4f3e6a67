"""Declares two inputs."""

class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {"name": ("STRING", {"default": "you"})},
            "optional": {"title": ("STRING", {"default": "Dr."})},
        }

    def greet(self, name, title="Dr."):
        return (f"Hello, {title} {name}!",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
