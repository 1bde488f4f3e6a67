"""Wants a text of a form that its schema can't say."""

class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {
            "required": {
                "names": ("STRING", {"default": "you=2"}),
                "loud": ("BOOLEAN", {"default": False}),
                "sign": (["!", ".", "?", ",", ";", "..."],),
            }
        }

    def greet(self, names, loud, sign):
        name, _, times = names.partition("=")
        if not times.isdigit() or loud or sign != "!":
            raise ValueError("names must be like you=2")
        return (f"Hello, {name}{sign}" * int(times),)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
