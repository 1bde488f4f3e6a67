"""``server``: PromptServer as a recorder. Routes are kept for the report, messages are kept for
tests.

Source of the names: ComfyUI 0.3.64 and Hanzo Studio 0.3.71. ``web`` is aiohttp's when it is
installed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from reference_runtime.host.missing import needs_host
from reference_runtime.host.standins.protocol import BinaryEventTypes as BinaryEventTypes
from reference_runtime.host.standins.server_web import NoPromptQueue, web
from reference_runtime.touches import LOG

__all__ = ["BinaryEventTypes", "PromptServer", "web"]


@dataclass(frozen=True)
class RecordedRoute:
    """A route a pack registered; ``file`` and ``line`` are the handler's."""

    method: str
    path: str
    file: str | None
    line: int | None
    handler: Any = field(default=None, compare=False, repr=False)


class RouteRecorder:
    """Stands for aiohttp's RouteTableDef and its router: keeps what is registered."""

    def __init__(self, recorded: list[RecordedRoute]) -> None:
        self.recorded = recorded
        self.frozen = False

    def route(self, method: str, path: str, **options: Any) -> Callable[[Any], Any]:
        def register(handler: Any) -> Any:
            self._keep(method, path, handler)
            return handler

        return register

    def get(self, path: str, **options: Any) -> Callable[[Any], Any]:
        return self.route("GET", path)

    def post(self, path: str, **options: Any) -> Callable[[Any], Any]:
        return self.route("POST", path)

    def put(self, path: str, **options: Any) -> Callable[[Any], Any]:
        return self.route("PUT", path)

    def delete(self, path: str, **options: Any) -> Callable[[Any], Any]:
        return self.route("DELETE", path)

    def patch(self, path: str, **options: Any) -> Callable[[Any], Any]:
        return self.route("PATCH", path)

    def head(self, path: str, **options: Any) -> Callable[[Any], Any]:
        return self.route("HEAD", path)

    def options(self, path: str, **options: Any) -> Callable[[Any], Any]:
        return self.route("OPTIONS", path)

    def view(self, path: str, **options: Any) -> Callable[[Any], Any]:
        return self.route("*", path)

    def static(self, prefix: str, path: Any, **options: Any) -> None:
        self._keep("STATIC", prefix, None)

    def add_route(self, method: str, path: str, handler: Any, **options: Any) -> None:
        self._keep(method, path, handler)

    def add_static(self, prefix: str, path: Any, **options: Any) -> None:
        self._keep("STATIC", prefix, None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("add_") and name[4:] in _METHODS:
            return lambda path, handler, **options: self._keep(name[4:].upper(), path, handler)
        raise AttributeError(name)

    def add_routes(self, routes: Any) -> None:
        for route in routes:
            if isinstance(route, RecordedRoute):
                self.recorded.append(route)
                continue
            self._keep(
                getattr(route, "method", "STATIC"),
                str(getattr(route, "path", None) or getattr(route, "prefix", "?")),
                getattr(route, "handler", None),
            )

    def routes(self) -> list[RecordedRoute]:
        return list(self.recorded)

    def __iter__(self) -> Iterator[RecordedRoute]:
        return iter(self.recorded)

    def _keep(self, method: str, path: str, handler: Any) -> None:
        self.recorded.append(RecordedRoute(method, path, *_where(handler), handler))


_METHODS = frozenset({"get", "post", "put", "delete", "patch", "head", "options", "view"})


def _where(handler: Any) -> tuple[str | None, int | None]:
    """File and line of the handler, else those of the pack's line that registers it."""
    code = getattr(inspect.unwrap(handler), "__code__", None) if callable(handler) else None
    if code is not None:
        return code.co_filename, code.co_firstlineno
    frame = LOG.pack_frame()
    return (frame.f_code.co_filename, frame.f_lineno) if frame else (None, None)


class AppRecorder:
    """Stands for the aiohttp application."""

    def __init__(self, recorded: list[RecordedRoute]) -> None:
        self.router = RouteRecorder(recorded)
        self.middlewares: list[Any] = []
        self.on_startup: list[Any] = []
        self.on_shutdown: list[Any] = []
        self.on_cleanup: list[Any] = []
        self.on_response_prepare: list[Any] = []
        self.frozen = False
        self._state: dict[Any, Any] = {}

    def add_routes(self, routes: Any) -> list[Any]:
        self.router.add_routes(routes)
        return []

    def add_subapp(self, prefix: str, subapp: Any) -> None:
        self.router._keep("SUBAPP", prefix, None)

    def __getitem__(self, key: Any) -> Any:
        return self._state[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self._state[key] = value

    def __contains__(self, key: Any) -> bool:
        return key in self._state


@dataclass(eq=False)
class PromptServer:
    """The host's server object. ``PromptServer.instance`` exists before any pack is imported."""

    instance: ClassVar[PromptServer]

    loop: Any = None
    client_id: str | None = None
    last_node_id: str | None = None
    last_prompt_id: str | None = None
    number: int = 0
    address: str = "127.0.0.1"
    port: int = 8188
    recorded_routes: list[RecordedRoute] = field(default_factory=list)
    sent: list[tuple[Any, Any, str | None]] = field(default_factory=list)
    on_send: Callable[[Any, Any, str | None], None] | None = None
    """Gets each message in place of ``sent``: who serves nodes to a browser sets it."""
    on_prompt_handlers: list[Callable[[Any], Any]] = field(default_factory=list)
    sockets: dict[str, Any] = field(default_factory=dict)
    sockets_metadata: dict[str, Any] = field(default_factory=dict)
    supports: list[str] = field(default_factory=lambda: ["custom_nodes_from_web"])

    def __post_init__(self) -> None:
        self.routes = RouteRecorder(self.recorded_routes)
        self.app = AppRecorder(self.recorded_routes)
        self.prompt_queue = NoPromptQueue()
        self.messages = None
        self.user_manager = None
        self.web_root = ""

    def send_sync(self, event: Any, data: Any, sid: str | None = None) -> None:
        """On the host it goes to the browser; here to ``on_send``, else it is kept in ``sent``."""
        if self.on_send is not None:
            self.on_send(event, data, sid)
        else:
            self.sent.append((event, data, sid))

    async def send(self, event: Any, data: Any, sid: str | None = None) -> None:
        self.send_sync(event, data, sid)

    async def send_json(self, event: Any, data: Any, sid: str | None = None) -> None:
        self.send_sync(event, data, sid)

    async def send_bytes(self, event: Any, data: Any, sid: str | None = None) -> None:
        self.send_sync(event, data, sid)

    def send_progress_text(self, text: Any, node_id: str, sid: str | None = None) -> None:
        self.send_sync(BinaryEventTypes.TEXT, (text, node_id), sid)

    def queue_updated(self) -> None:
        self.send_sync("status", {"status": self.get_queue_info()})

    def get_queue_info(self) -> dict[str, Any]:
        return {"exec_info": {"queue_remaining": 0}}

    def add_on_prompt_handler(self, handler: Callable[[Any], Any]) -> None:
        self.on_prompt_handlers.append(handler)

    def trigger_on_prompt(self, json_data: Any) -> Any:
        """Pass a prompt through the handlers; one that raises is skipped, as on the host."""
        for handler in self.on_prompt_handlers:
            try:
                json_data = handler(json_data)
            except Exception:
                continue
        return json_data

    def node_info(self, node_class: str) -> Any:
        needs_host("server.PromptServer.node_info")

    def add_routes(self) -> None:
        """The host adds its own routes here; there is nothing to serve."""

    async def start(self, *args: Any, **kwargs: Any) -> None:
        needs_host("server.PromptServer.start")


PromptServer.instance = PromptServer()
