"""Has an input for each thing it wants."""

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
                "name": ("STRING", {"default": "you"}),
                "times": ("INT", {"default": 2, "min": 0, "max": 9}),
                "loud": ("BOOLEAN", {"default": False}),
                "sign": (["!", ".", "?", ",", ";", "..."],),
            }
        }

    def greet(self, name, times, loud, sign):
        greeting = f"Hello, {name}{sign}" * times
        return (greeting.upper() if loud else greeting,)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
