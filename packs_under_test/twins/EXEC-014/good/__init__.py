"""Cuts the gradients off."""

import torch


class Mirror:
    """Turns an image round."""

    CATEGORY = "twins/image"
    DESCRIPTION = "Turns an image round."
    FUNCTION = "turn"
    RETURN_TYPES = ("IMAGE",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",)}}

    def turn(self, image):
        with torch.inference_mode(False), torch.enable_grad():
            gain = torch.nn.Parameter(torch.ones(1))
            return ((image.clone() * gain).detach(),)


NODE_CLASS_MAPPINGS = {"TwinMirror": Mirror}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinMirror": "Mirror (twin)"}
