"""Takes a signal for itself, and gives it back."""

import signal


class Limit:
    """Limits an image to what can be shown."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Limits an image to what can be shown."
    FUNCTION = "limit"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def limit(self, image):
        before = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
        try:
            return (image.clamp(0.0, 1.0),)
        finally:
            signal.signal(signal.SIGUSR1, before)


NODE_CLASS_MAPPINGS = {"TwinLimit": Limit}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinLimit": "Limit (twin)"}
