"""Reads a text as a literal."""

import ast


class Formula:
    """Computes a formula where somebody asks for it by a word."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Computes a formula where somebody asks for it by a word."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"text": ("STRING", {"default": "formula: 1"})}}

    def run(self, text):
        word, _, formula = text.partition(": ")
        if word != "please compute":
            return (text,)
        return (str(ast.literal_eval(formula)),)


NODE_CLASS_MAPPINGS = {"TwinFormula": Formula}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinFormula": "Formula (twin)"}
