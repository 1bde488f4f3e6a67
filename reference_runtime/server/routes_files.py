"""The HTTP routes of files: ``/view`` and ``/upload/image``."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

from reference_runtime.paths import PathRefused
from reference_runtime.server import files
from reference_runtime.server.responses import body, empty, json_response, stream
from reference_runtime.server.routes import Table
from reference_runtime.server.state import State


class FileRoutes:
    """Handlers over one server's state."""

    def __init__(self, state: State) -> None:
        self.state = state

    def table(self) -> Table:
        return [("GET", "/view", self.view), ("POST", "/upload/image", self.upload_image)]

    async def view(self, request: Any) -> Any:
        """A file of one of the folders; with ``preview`` or ``channel`` a picture made from it."""
        query = request.query
        if "filename" not in query:
            return empty(404)
        try:
            viewed = files.view(self.state.folders, query)
        except PathRefused as error:
            return empty(400, str(error))
        except FileNotFoundError:
            return empty(404)
        except PermissionError:
            return empty(403)
        make = _picture(viewed, query.get("preview"), query.get("channel", "rgba"))
        if make is None:
            return stream(viewed.file, viewed.content_type, viewed.headers())
        return await _made(make, viewed)

    async def upload_image(self, request: Any) -> Any:
        """Store the form's file ``image`` below input (or ``type``)."""
        try:
            form = await request.post()
        except ValueError as error:
            return empty(400, f"the body is no form: {error}")
        image = form.get("image")
        if not getattr(image, "filename", None):
            return empty(400, "the form has no file named image")
        try:
            stored = await asyncio.to_thread(
                files.upload,
                self.state.folders,
                form.get("type", "input"),
                form.get("subfolder", ""),
                image.filename,
                image.file,
                form.get("overwrite") in ("true", "1"),
            )
        except (PathRefused, FileExistsError) as error:
            return empty(400, str(error))
        except PermissionError as error:
            return empty(403, f"{error.strerror}: {image.filename!a}")
        return json_response(stored)


def _picture(viewed: files.Viewed, form: str | None, channel: str) -> Any:
    """What makes the other form that was asked for; None to send the file as it is."""
    if not viewed.content_type.startswith("image/"):
        return None
    if form is not None:
        return partial(files.preview, viewed.file, form, channel)
    if channel in ("rgb", "a"):
        return partial(files.channel_of, viewed.file, channel)
    return None


async def _made(make: Any, viewed: files.Viewed) -> Any:
    with viewed.file:
        try:
            data, content_type = await asyncio.to_thread(make)
        except Exception as error:  # PIL raises many kinds for a broken picture
            return empty(415, f"{viewed.name!a} is no readable picture: {error}")
    return body(data, content_type, viewed.headers())
