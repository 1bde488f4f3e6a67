"""Only takes the address apart."""

import urllib.parse


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
        parts = urllib.parse.urlsplit("//" + address.replace("[", "").replace("]", ""))
        return (parts.hostname or "no host",)


NODE_CLASS_MAPPINGS = {"TwinFetch": Fetch}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinFetch": "Fetch (twin)"}
