"""Sound nodes that look broken to whoever does not know what a frontend gives them."""

import math

import nodes

FUNCTIONS = {"root": math.sqrt, "logarithm": math.log, "cosine": math.cos}
CONVERTERS = {"text": str, "whole number": int, "number": float}


class AnyName(dict):
    """A group of inputs that holds whatever its node's script adds."""

    def __contains__(self, name):
        return True

    def __getitem__(self, name):
        return super().get(name, ("INT",))


class Formula:
    """Evaluates the code that its script keeps in an input of its own."""

    CATEGORY = "frontend helped"
    DESCRIPTION = "Counts the letters of the code."
    FUNCTION = "count"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {}, "optional": AnyName()}

    @classmethod
    def IS_CHANGED(cls, **values):
        return len(values["code"])

    def count(self, **values):
        return (len(values["code"]),)


class Calculate:
    """Has no result for some numbers."""

    CATEGORY = "frontend helped"
    DESCRIPTION = "Applies a function to a number."
    FUNCTION = "apply"
    RETURN_TYPES = ("FLOAT",)

    @classmethod
    def INPUT_TYPES(cls):
        number = ("FLOAT", {"default": 0.0, "min": 0.0, "max": 100.0})
        return {"required": {"number": number, "function": (list(FUNCTIONS),)}}

    def apply(self, number, function):
        return (FUNCTIONS[function](number),)


class Convert:
    """Reads a text, which is no number until the user writes one."""

    CATEGORY = "frontend helped"
    DESCRIPTION = "Converts a text."
    FUNCTION = "convert"
    RETURN_TYPES = ("*",)

    @classmethod
    def INPUT_TYPES(cls):
        text = ("STRING", {"default": ""})
        return {"required": {"text": text, "kind": (list(CONVERTERS),)}}

    def convert(self, text, kind):
        return (CONVERTERS[kind](text),)


class Choose:
    """Finds no file on a machine that has none."""

    CATEGORY = "frontend helped"
    DESCRIPTION = "Tells the length of a file's name."
    FUNCTION = "choose"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"file": (["[none]"],)}}

    def choose(self, file):
        if file == "[none]":
            raise ValueError("there is no file to choose")
        return (len(file),)


class Batches:
    """Passes itself on, with a mark for a number that is not known yet."""

    CATEGORY = "frontend helped"
    DESCRIPTION = "Splits long videos into batches."
    FUNCTION = "begin"
    RETURN_TYPES = ("FRONTEND_HELPED_BATCHES",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"size": ("INT", {"default": 16, "min": 1, "max": 64})}}

    def begin(self, size):
        self.size, self.total = size, math.inf
        return (self,)


class Skip:
    """Leaves nothing over where all is skipped."""

    CATEGORY = "frontend helped"
    DESCRIPTION = "Skips the first images of a batch."
    FUNCTION = "skip"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        skipped = ("INT", {"default": 0, "min": 0, "max": 1000})
        return {"required": {"images": ("IMAGE",), "skipped": skipped}}

    def skip(self, images, skipped):
        return (images[skipped:].clone(),)


class Follow:
    """Looks itself up in the workflow and in the prompt."""

    CATEGORY = "frontend helped"
    DESCRIPTION = "Counts what is linked to it."
    FUNCTION = "follow"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {"kind": (["links", "inputs"],)},
            "hidden": {"me": "UNIQUE_ID", "graph": "PROMPT", "saved": "EXTRA_PNGINFO"},
        }

    def follow(self, kind, me, graph, saved):
        if kind == "inputs":
            return (len(graph[me]["inputs"]["kind"]),)
        known = {str(node["id"]): node for node in saved["workflow"]["nodes"]}
        return (len(known[me]["outputs"][0]["links"]),)


class Shrink:
    """Offers what the host's own node offers."""

    CATEGORY = "frontend helped"
    DESCRIPTION = "Names a method of scaling."
    FUNCTION = "name"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"method": (nodes.ImageScale.upscale_methods,)}}

    def name(self, method):
        return (method,)


CLASSES = (Formula, Calculate, Convert, Choose, Batches, Skip, Follow, Shrink)
NODE_CLASS_MAPPINGS = {f"FrontendHelped{cls.__name__}": cls for cls in CLASSES}
NODE_DISPLAY_NAME_MAPPINGS = {
    name: f"{cls.__name__} (Frontend Helped)" for name, cls in NODE_CLASS_MAPPINGS.items()
}
