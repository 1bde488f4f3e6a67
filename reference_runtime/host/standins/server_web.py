"""``server.web``: aiohttp's web module, or a stand-in that packs can register handlers with."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from reference_runtime.host.missing import HostFeatureMissing, needs_host


class NoPromptQueue:
    """The queue of a host that runs nothing: always empty."""

    def __init__(self) -> None:
        self.currently_running: dict[int, Any] = {}
        self.history: dict[str, Any] = {}
        self.queue: list[Any] = []
        self.flags: dict[str, Any] = {}

    def get_current_queue(self) -> tuple[list[Any], list[Any]]:
        return [], []

    def get_current_queue_volatile(self) -> tuple[list[Any], list[Any]]:
        return [], []

    def get_tasks_remaining(self) -> int:
        return 0

    def get_history(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        return {}

    def set_flag(self, name: str, data: Any) -> None:
        self.flags[name] = data

    def get_flags(self, reset: bool = True) -> dict[str, Any]:
        flags = dict(self.flags)
        if reset:
            self.flags.clear()
        return flags

    def put(self, item: Any) -> None:
        needs_host("execution.PromptQueue.put")


class Response:
    """What a handler answers, without aiohttp: the arguments, kept."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.args = args
        self.options = kwargs
        self.status: int = kwargs.get("status", 200)


class Request:
    """A request; the stand-in never makes one."""


class FileResponse(Response):
    """A file as the answer."""


class StreamResponse(Response):
    """A stream as the answer."""


class HTTPException(Exception):
    """Base of the answers that are raised."""


def json_response(data: Any = None, **kwargs: Any) -> Response:
    return Response(data, **kwargs)


def _without_aiohttp() -> Any:
    from reference_runtime.host.standins import server

    def run_app(*args: Any, **kwargs: Any) -> None:
        raise HostFeatureMissing("server.web.run_app")

    return SimpleNamespace(
        Response=Response,
        Request=Request,
        FileResponse=FileResponse,
        StreamResponse=StreamResponse,
        HTTPException=HTTPException,
        json_response=json_response,
        run_app=run_app,
        RouteTableDef=lambda: server.RouteRecorder([]),
        Application=lambda **kwargs: server.AppRecorder([]),
    )


class _Web:
    """``web`` itself: aiohttp is slow to import, so it is when a name is first asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if "_module" not in self.__dict__:
            self._module = _find()
        return getattr(self._module, name)


def _find() -> Any:
    try:
        from aiohttp import web as module
    except ImportError:
        return _without_aiohttp()
    return module


web = _Web()
