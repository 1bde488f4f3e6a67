"""Opens a connection when it is needed."""

import socket


def ask():
    return socket.create_connection(("127.0.0.1", 9), timeout=0.2)


class Greeting:
    """Greets by name."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Greets by name."
    FUNCTION = "greet"
    RETURN_TYPES = ("STRING",)
    RETURN_NAMES = ("greeting",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"name": ("STRING", {"default": "you"})}}

    def greet(self, name):
        return (f"Hello, {name}!",)


NODE_CLASS_MAPPINGS = {"TwinGreeting": Greeting}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinGreeting": "Greeting (twin)"}
