"""Brightness, levels and histogram nodes for Hanzo Studio."""

from studio_api.latest import StudioExtension

from .nodes import BrightnessContrast, Levels, LumaMask, SaveToneReport


class ToneTools(StudioExtension):
    async def get_node_list(self):
        return [BrightnessContrast, Levels, LumaMask, SaveToneReport]


async def studio_entrypoint():
    return ToneTools()
