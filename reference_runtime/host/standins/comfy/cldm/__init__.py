"""``comfy.cldm``: ControlNet models."""
