"""Has a further optional widget."""


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
            "optional": {
                "glue": ("STRING", {"default": "-"}),
            },
        }

    def repeat(self, text, times, glue="-"):
        return (glue.join([text] * times),)


NODE_CLASS_MAPPINGS = {"TwinRepeat": Repeat}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinRepeat": "Repeat (twin)"}
