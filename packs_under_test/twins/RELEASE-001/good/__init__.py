"""Keeps the old node, marked deprecated."""


class Repeat:
    """Repeats a text."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Repeats a text."
    FUNCTION = "repeat"
    RETURN_TYPES = ("STRING",)
    RETURN_NAMES = ("text",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "text": ("STRING", {"default": "ab"}),
                "times": ("INT", {"default": 2, "min": 1, "max": 8}),
            },
        }

    def repeat(self, text, times):
        return (text * times,)


class Upper:
    """Gives capital letters."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Gives capital letters."
    FUNCTION = "upper"
    RETURN_TYPES = ("STRING",)
    RETURN_NAMES = ("text",)
    DEPRECATED = True

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "text": ("STRING", {"default": "ab"}),
            },
        }

    def upper(self, text):
        return (text.upper(),)


NODE_CLASS_MAPPINGS = {"TwinRepeat": Repeat, "TwinUpper": Upper}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinRepeat": "Repeat (twin)", "TwinUpper": "Upper (twin)"}
