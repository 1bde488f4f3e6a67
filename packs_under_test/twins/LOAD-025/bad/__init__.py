"""Takes the id of a node of the host."""


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


NODE_CLASS_MAPPINGS = {"PreviewImage": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"PreviewImage": "Greeting (twin)"}
