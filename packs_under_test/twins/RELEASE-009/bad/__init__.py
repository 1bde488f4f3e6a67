"""Has a new widget between two that were there."""


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
                "glue": ("STRING", {"default": "-"}),
                "times": ("INT", {"default": 2, "min": 1, "max": 8}),
            },
        }

    def repeat(self, text, glue, times):
        return (glue.join([text] * times),)


NODE_CLASS_MAPPINGS = {"TwinRepeat": Repeat}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinRepeat": "Repeat (twin)"}
