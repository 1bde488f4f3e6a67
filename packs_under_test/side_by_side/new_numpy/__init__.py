"""Makes and sums arrays with numpy 2 on the host's Python."""

import sys

import numpy as np

MADE_BY = f"numpy {np.__version__} python {sys.version_info[0]}.{sys.version_info[1]}"


class NewArray:
    """A square array of rising numbers."""

    CATEGORY = "side by side"
    DESCRIPTION = "A square array of rising numbers."
    FUNCTION = "make"
    RETURN_TYPES = ("ARRAY", "STRING")
    RETURN_NAMES = ("array", "made_by")

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"size": ("INT", {"default": 4, "min": 1, "max": 64})}}

    def make(self, size):
        array = np.arange(size * size, dtype=np.float32).reshape(size, size)
        return array, MADE_BY


class NewSum:
    """The sum of an array, and who made and who read it."""

    CATEGORY = "side by side"
    DESCRIPTION = "The sum of an array, and who made and who read it."
    FUNCTION = "add"
    RETURN_TYPES = ()
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"array": ("ARRAY",), "made_by": ("STRING", {"forceInput": True})}}

    def add(self, array, made_by):
        if not isinstance(array, np.ndarray):
            raise ValueError(f"an array is needed, not {type(array).__name__}")
        told = {"sum": [float(array.sum())], "dtype": [str(array.dtype)]}
        return {"ui": {**told, "made_by": [made_by], "read_by": [MADE_BY]}}


NODE_CLASS_MAPPINGS = {"StudioNewArray": NewArray, "StudioNewSum": NewSum}
NODE_DISPLAY_NAME_MAPPINGS = {
    "StudioNewArray": "Array (new numpy)",
    "StudioNewSum": "Sum (new numpy)",
}
