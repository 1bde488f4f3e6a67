"""Keeps in variables what a call works on."""

import asyncio


class Dim:
    """Dims an image."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Dims an image."
    FUNCTION = "dim"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "image": ("IMAGE",),
                "amount": ("FLOAT", {"default": 0.5, "min": 0.0, "max": 1.0}),
            }
        }

    async def dim(self, image, amount):
        await asyncio.sleep(0.001)
        return (image * amount,)


NODE_CLASS_MAPPINGS = {"TwinDim": Dim}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinDim": "Dim (twin)"}
