"""Serves files of one folder alone."""

import os

import folder_paths
from aiohttp import web
from server import PromptServer

HERE = os.path.realpath(folder_paths.get_user_directory())


@PromptServer.instance.routes.get("/twin/notes/{name}")
async def note(request):
    name = request.match_info["name"]
    path = os.path.realpath(os.path.join(HERE, name))
    if os.path.commonpath((HERE, path)) != HERE:
        return web.Response(status=403)
    with open(path, encoding="utf-8") as file:
        return web.Response(text=file.read())


class Note:
    """Repeats a number."""

    CATEGORY = "twins/text"
    DESCRIPTION = "Repeats a number."
    FUNCTION = "run"
    RETURN_TYPES = ("INT",)

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"number": ("INT", {"default": 1, "min": 0, "max": 9})}}

    def run(self, number):
        return (number,)


NODE_CLASS_MAPPINGS = {"TwinNote": Note}
NODE_DISPLAY_NAME_MAPPINGS = {"TwinNote": "Note (twin)"}
