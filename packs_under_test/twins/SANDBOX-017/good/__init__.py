"""Asks nobody."""


class Ping:
    """Adds one to a number."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Adds one to a number."
    FUNCTION = "run"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"number": ("INT", {"default": 1, "min": 0, "max": 9})}}

    def run(self, number):
        return (number + 1,)


NODE_CLASS_MAPPINGS = {"TwinPing": Ping}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinPing": "Ping (twin)"}
