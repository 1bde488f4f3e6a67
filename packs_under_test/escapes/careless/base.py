"""What all nodes here have in common: a text comes in, a text goes out."""


class TextNode:
    CATEGORY = "escapes"
    DESCRIPTION = "A careless use of a text."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"text": ("STRING", {"default": ""})}}

    def run(self, text, title=""):
        return (str(self.use(text)),)

    def use(self, text):
        raise NotImplementedError


class TitledNode(TextNode):
    """The text is the second of two; nothing is done with the first."""

    @classmethod
    def INPUT_TYPES(cls):
        title = ("STRING", {"default": "a title"})
        return {"required": {"title": title, **super().INPUT_TYPES()["required"]}}


def as_nodes(functions, base=TextNode):
    """A node for each function, by a name made of its own."""
    found = {}
    for function in functions:
        name = "".join(part.title() for part in function.__name__.split("_"))
        body = {"use": staticmethod(function), "__module__": function.__module__}
        found[f"Careless{name}"] = type(f"Careless{name}", (base,), body)
    return found
