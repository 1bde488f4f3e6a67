"""Gives its node an id of its own."""

from studio_execution.graph_utils import GraphBuilder


class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "you"})}}

    def greet(self, name):
        graph = GraphBuilder()
        joined = graph.node("StringConcatenate", string_a="Hello, ", string_b=name, delimiter="")
        return {"result": (joined.out(0),), "expand": graph.finalize()}


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
