"""As it was in the release before."""


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
                "letters": (["lower", "upper", "small"],),
            },
        }

    def repeat(self, text, letters):
        return (text.upper() if letters == "upper" else text.lower(),)


NODE_CLASS_MAPPINGS = {"TwinRepeat": Repeat}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinRepeat": "Repeat (twin)"}
