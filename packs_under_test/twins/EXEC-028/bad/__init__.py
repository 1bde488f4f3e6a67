"""Asks for an input that it does not have."""

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
                "formal": ("BOOLEAN", {"default": True}),
                "name": ("STRING", {"default": "you", "lazy": True}),
                "nickname": ("STRING", {"default": "you", "lazy": True}),
            }
        }

    def check_lazy_status(self, formal, name, nickname):
        return ["name"] if formal else ["nick_name"]

    def greet(self, formal, name, nickname):
        return (f"Hello, {name if formal else nickname}!",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
