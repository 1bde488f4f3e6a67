"""Uses a checksum."""

import zlib


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
        return (zlib.crc32(text.encode()),)


NODE_CLASS_MAPPINGS = {"TwinTextSeed": TextSeed}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinTextSeed": "Seed of text (twin)"}
