"""Has a type that is unequal to none."""

class AnyType(str):
    """Unequal to nothing, as hosts compare types with !=."""

    def __ne__(self, other):
        return False


ANY = AnyType("*")


class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": (ANY,)}}

    def greet(self, name):
        return (f"Hello, {name}!",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
