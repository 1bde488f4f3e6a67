"""Collects its classes by a suffix that they have."""


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


NODE_CLASS_MAPPINGS = {
    f"Twin{name}": value for name, value in list(globals().items()) if name.endswith("Greeting")
}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
