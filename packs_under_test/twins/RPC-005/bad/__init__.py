"""Uses hash() of a text, which each process begins anew."""


class TextSeed:
    """Makes a seed of a text."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Makes a seed of a text."
    FUNCTION = "seed"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"text": ("STRING", {"default": "a cat"})}}

    def seed(self, text):
        return (hash(text) & 0xFFFFFFFF,)


NODE_CLASS_MAPPINGS = {"TwinTextSeed": TextSeed}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinTextSeed": "Seed of text (twin)"}
