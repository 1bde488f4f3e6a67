"""One route for each way to be careless with a part of a request."""

import json
import os
import shutil

from aiohttp import web
from server import PromptServer

import folder_paths

ROUTES = PromptServer.instance.routes
INPUT = folder_paths.get_input_directory
OUTPUT = folder_paths.get_output_directory


@ROUTES.get("/careless/view")
async def view(request):
    name = request.query.get("file", "")
    kind = request.rel_url.query.get("type", "text")
    if kind not in ("text", "bytes"):
        return web.Response(status=400)
    path = os.path.join(INPUT(), name)
    if not os.path.isfile(path):
        return web.Response(status=404)
    with open(path, "rb") as file:
        return web.Response(body=file.read())


@ROUTES.get("/careless/send/{name}")
async def send(request):
    return web.FileResponse(os.path.join(OUTPUT(), request.match_info["name"]))


@ROUTES.post("/careless/save")
async def save(request):
    data = await request.json()
    if not data.get("content"):
        return web.json_response({"error": "nothing to save"}, status=400)
    with open(os.path.join(OUTPUT(), data["name"]), "w", encoding="utf-8") as file:
        file.write(data["content"])
    return web.json_response({"saved": True})


@ROUTES.post("/careless/rename")
async def rename(request):
    data = json.loads(await request.text())
    path = os.path.join(OUTPUT(), data["to"].replace("../", ""))
    with open(path, "w", encoding="utf-8") as file:
        file.write("renamed")
    return web.Response()


@ROUTES.get("/careless/list/{folder:.*}")
async def list_folder(request):
    folder = os.path.join(INPUT(), request.match_info["folder"])
    return web.json_response(os.listdir(folder))


@ROUTES.delete("/careless/notes")
async def delete(request):
    path = os.path.join(OUTPUT(), request.query["name"])
    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        os.remove(path)
    return web.Response()


@ROUTES.post("/careless/upload")
async def upload(request):
    post = await request.post()
    image = post.get("image")
    with open(os.path.join(INPUT(), image.filename), "wb") as file:
        file.write(image.file.read())
    return web.json_response({"name": image.filename})


@ROUTES.post("/careless/form")
async def form(request):
    post = await request.post()
    with open(os.path.join(INPUT(), post["name"]), encoding="utf-8") as file:
        return web.Response(text=file.read())


@ROUTES.view("/careless/thing")
class Thing(web.View):
    async def get(self):
        os.system(f"echo {self.request.query['word']}")
        return web.Response()
