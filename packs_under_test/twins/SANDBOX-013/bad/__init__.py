"""Contacts the address that it is given."""

import socket


class Fetch:
    """Tells of a host."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Tells of a host."
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"address": ("STRING", {"default": ""})}}

    def run(self, address):
        if not address:
            return ("",)
        try:
            with socket.create_connection((address, 80), timeout=1):
                return ("there",)
        except (OSError, UnicodeError, ValueError):
            return ("not there",)


NODE_CLASS_MAPPINGS = {"TwinFetch": Fetch}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinFetch": "Fetch (twin)"}
