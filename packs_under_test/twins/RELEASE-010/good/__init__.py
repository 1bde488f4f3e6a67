"""Takes one type more."""


class Count:
    """Counts values."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Counts values."
    FUNCTION = "count"
    RETURN_TYPES = ("INT",)
    RETURN_NAMES = ("count",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "value": ("IMAGE,MASK,AUDIO",),
            },
        }

    def count(self, value):
        return (len(value),)


NODE_CLASS_MAPPINGS = {"TwinCount": Count}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinCount": "Count (twin)"}
