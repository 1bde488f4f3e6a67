"""What the careless routes do, done so that no request leads anywhere but where it should."""

import json
import os
import re
import subprocess

from aiohttp import web
from server import PromptServer

import folder_paths

ROUTES = PromptServer.instance.routes
INPUT = folder_paths.get_input_directory
OUTPUT = folder_paths.get_output_directory
HERE = os.path.dirname(os.path.abspath(__file__))
NAME = re.compile(r"[\w-]+\.(txt|json|png)")


def inside(folder, text):
    """The path of what ``text`` names below ``folder``; a refusal when it leads out."""
    whole = os.path.realpath(folder)
    try:
        path = os.path.realpath(os.path.join(whole, text))
    except ValueError:
        raise web.HTTPBadRequest from None
    if os.path.commonpath((whole, path)) != whole:
        raise web.HTTPForbidden
    return path


@ROUTES.get("/careful/view")
async def view(request):
    path = inside(INPUT(), request.query.get("file", ""))
    if not os.path.isfile(path):
        return web.Response(status=404)
    return web.FileResponse(path)


@ROUTES.get("/careful/style")
async def style(request):
    request.query.get("version")
    return web.FileResponse(os.path.join(HERE, "routes.py"))


@ROUTES.get("/careful/send/{name}")
async def send(request):
    return web.FileResponse(os.path.join(OUTPUT(), os.path.basename(request.match_info["name"])))


@ROUTES.post("/careful/save")
async def save(request):
    data = await request.json()
    if not NAME.fullmatch(data.get("name", "")):
        return web.json_response({"error": "bad name"}, status=400)
    with open(os.path.join(OUTPUT(), data["name"]), "w", encoding="utf-8") as file:
        json.dump(data, file)
    return web.json_response({"saved": data["name"]})


@ROUTES.get("/careful/list/{folder:.*}")
async def list_folder(request):
    folder = inside(INPUT(), request.match_info["folder"])
    return web.json_response(sorted(os.listdir(folder)) if os.path.isdir(folder) else [])


@ROUTES.delete("/careful/notes")
async def delete(request):
    path = inside(OUTPUT(), request.query["name"])
    if not os.path.isfile(path):
        raise web.HTTPNotFound
    os.remove(path)
    return web.Response()


@ROUTES.post("/careful/upload")
async def upload(request):
    post = await request.post()
    image = post.get("image")
    with open(inside(INPUT(), os.path.basename(image.filename)), "wb") as file:
        file.write(image.file.read())
    return web.json_response({"name": image.filename})


@ROUTES.get("/careful/echo")
async def echo(request):
    word = request.query.get("word", "")
    if not re.fullmatch(r"\w{1,20}", word):
        raise web.HTTPBadRequest(text=f"not a word: {word!r}")
    subprocess.run(["echo", word], check=False, capture_output=True)
    return web.json_response({"word": word})
