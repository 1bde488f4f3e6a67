"""Evaluates a text as Python."""



class Compute:
    """Computes a value."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Computes a value."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"formula": ("STRING", {"default": "1 + 1"})}}

    def run(self, formula):
        try:
            return (str(eval(formula, {"__builtins__": {}})),)
        except Exception:
            return ("no formula",)


NODE_CLASS_MAPPINGS = {"TwinCompute": Compute}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinCompute": "Compute (twin)"}
