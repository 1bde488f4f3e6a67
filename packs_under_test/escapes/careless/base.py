"""What all nodes here have in common: a text comes in, a text goes out."""


class TextNode:
    CATEGORY = "escapes"
    DESCRIPTION = "A careless use of a text."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    OUTPUT_NODE = True

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "title": ("STRING", {"default": "a title"}),
                "text": ("STRING", {"default": ""}),
            }
        }

    def run(self, title, text):
        return (str(self.use(text)),)

    def use(self, text):
        raise NotImplementedError


def as_nodes(functions):
    """A node for each function, by a name made of its own."""
    found = {}
    for function in functions:
        name = "".join(part.title() for part in function.__name__.split("_"))
        body = {"use": staticmethod(function), "__module__": function.__module__}
        found[f"Careless{name}"] = type(f"Careless{name}", (TextNode,), body)
    return found
