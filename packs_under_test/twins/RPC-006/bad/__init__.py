"""Keeps in the class what a call works on, while other calls run."""

import asyncio


class Dim:
    """Dims an image."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Dims an image."
    FUNCTION = "dim"
    RETURN_TYPES = ("IMAGE",)
    amount = 1.0

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "image": ("IMAGE",),
                "amount": ("FLOAT", {"default": 0.5, "min": 0.0, "max": 1.0}),
            }
        }

    async def dim(self, image, amount):
        Dim.amount = amount
        await asyncio.sleep(0.001)
        return (image * Dim.amount,)


NODE_CLASS_MAPPINGS = {"TwinDim": Dim}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinDim": "Dim (twin)"}
