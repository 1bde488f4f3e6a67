"""Gives sound with a batch and a channel."""

class Mirror:
    """Turns an image round."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Turns an image round."
    FUNCTION = "turn"
    RETURN_TYPES = ("AUDIO",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def turn(self, image):
        waveform = image.flatten(1).unsqueeze(1)
        return ({"waveform": waveform, "sample_rate": 8000},)


NODE_CLASS_MAPPINGS = {"TwinMirror": Mirror}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinMirror": "Mirror (twin)"}
