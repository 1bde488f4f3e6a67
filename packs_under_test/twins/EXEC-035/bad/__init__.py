"""Gives its node an id that every such node gives."""

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
        inputs = {"string_a": "Hello, ", "string_b": name, "delimiter": ""}
        graph = {"joined": {"class_type": "StringConcatenate", "inputs": inputs}}
        return {"result": (["joined", 0],), "expand": graph}


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
