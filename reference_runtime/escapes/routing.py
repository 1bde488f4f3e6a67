"""Calls handlers of routes without a network: requests are made in the worker and handed over."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Callable
from typing import Any

from reference_runtime.escapes.asking import Asked, AskedRequest
from reference_runtime.escapes.calling import Seen
from reference_runtime.escapes.requests import IN_PATH, Parameter, Values, body_of, target_of
from reference_runtime.escapes.watcher import Watcher

CALL_SECONDS = 1.0
"""A handler that waits longer is given up."""
MAX_BODY = 1 << 20
USUAL = ("1", "plain.png", "")
"""Harmless texts with which a handler is asked what it looks for."""
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH")


class NoSuchRoute(LookupError):
    """No request that could be made leads to the handler."""


class Route:
    """A handler and the requests that lead to it. Raises ImportError without aiohttp."""

    def __init__(self, method: str, path: str, handler: Callable[[Any], Any]) -> None:
        from aiohttp import web

        self.path, self.handler = path, handler
        self.method = _method(method, handler)
        self._dispatcher = web.UrlDispatcher()
        self._dispatcher.add_route(self.method, path, _unused)
        self.loop = asyncio.new_event_loop()
        self._fixed = {"app": web.Application(), **_network(self.loop)}
        self.in_path = [Parameter("path", found[1]) for found in IN_PATH.finditer(path)]

    def close(self) -> None:
        self.loop.close()

    def asked(self) -> Asked:
        """The names for which the handler asks, called with harmless texts in all of them."""
        asked = Asked()
        for each in self.in_path:
            asked.note("path", each.name, needed=True)
        for text in USUAL:
            self.loop.run_until_complete(self._ask(asked, text))
        return asked

    async def _ask(self, asked: Asked, text: str) -> None:
        try:
            request = AskedRequest(
                await self.request(dict.fromkeys(self.in_path, text)), asked, text
            )
            with request.reading_objects():
                await asyncio.wait_for(self._handle(request), CALL_SECONDS)
        except BaseException:  # whatever it does: what it asked for until then is known
            return

    async def request(self, values: Values) -> Any:
        """A request with these values. Raises NoSuchRoute where it leads elsewhere."""
        from aiohttp.test_utils import make_mocked_request

        body = body_of(values)
        headers = {"Content-Type": body.content_type} if body else {}
        data = body.data if body else b""
        if body:
            headers["Content-Length"] = str(len(data))
        request = make_mocked_request(
            self.method,
            target_of(self.path, values),
            headers,
            payload=self._stream(data),
            loop=self.loop,
            **self._fixed,
        )
        info = await self._dispatcher.resolve(request)
        if info.http_exception is not None:
            raise NoSuchRoute(self.path)
        request.match_info.update(info)
        return request

    def _stream(self, data: bytes) -> Any:
        from aiohttp import StreamReader

        stream = StreamReader(self._fixed["protocol"], 2**16, loop=self.loop)
        stream.feed_data(data)
        stream.feed_eof()
        return stream

    async def _handle(self, request: Any) -> Any:
        answer = self.handler(request)
        return await answer if inspect.isawaitable(answer) else answer

    async def answer(self, request: Any) -> Any:
        """What the handler answers, or raises as an answer."""
        from aiohttp import web

        try:
            return await asyncio.wait_for(self._handle(request), CALL_SECONDS)
        except web.HTTPException as answer:
            return answer


class RouteCaller:
    """Calls a route with texts in one parameter, harmless ones in the ``others``."""

    usual = "1"

    def __init__(
        self, route: Route, watcher: Watcher, parameter: Parameter, others: Values
    ) -> None:
        self._route, self._watcher = route, watcher
        self._parameter, self._others = parameter, others

    def close(self) -> None:
        """The route is closed by whoever made it."""

    def call(self, value: str) -> Seen:
        """Request and answer; never raises for what the handler does."""
        seen = Seen(value)
        watcher, loop = self._watcher, self._route.loop
        try:
            request = loop.run_until_complete(
                self._route.request({**self._others, self._parameter: value})
            )
        except Exception as error:
            seen.error = type(error).__name__
            return seen
        watcher.attempts, watcher.active = seen.attempts, True
        try:
            seen.gave = _parts(loop.run_until_complete(self._route.answer(request)))
        except BaseException as error:  # a host answers 500, and no more
            seen.error = type(error).__name__
        finally:
            watcher.active = False
            watcher.attempts = []
        return seen


def _network(loop: asyncio.AbstractEventLoop) -> dict[str, Any]:
    """What stands for the network, made once for all requests: making it is slow."""
    from unittest.mock import AsyncMock, Mock

    transport = Mock(get_extra_info=lambda name, default=None: default)
    protocol = Mock(
        _reading_paused=False, transport=transport, peername=("127.0.0.1", 1), ssl_context=None,
        max_field_size=8190, max_line_length=8190, max_headers=128, _loop=loop,
    )  # fmt: skip
    writer = Mock(transport=transport, **{name: AsyncMock() for name in _WRITES})
    return {"transport": transport, "protocol": protocol, "writer": writer}


_WRITES = ("write_headers", "write", "write_eof", "drain")


def _parts(answer: Any) -> list[Any]:
    """What is sent: status, headers, and the body or the file that stands for it."""
    from aiohttp import web

    found = [getattr(answer, "status", 0), *(getattr(answer, "headers", None) or {}).values()]
    if isinstance(answer, web.FileResponse):
        with open(answer._path, "rb") as file:
            return [*found, file.read(MAX_BODY)]
    body = getattr(answer, "body", None)
    data = body if isinstance(body, (bytes, bytearray)) else getattr(body, "_value", b"")
    return [*found, bytes(data)[:MAX_BODY] if isinstance(data, (bytes, bytearray)) else str(data)]


def _method(method: str, handler: Any) -> str:
    """The method itself; where any will do, the first that a view has, else POST."""
    if method != "*":
        return method
    return next((each for each in METHODS if hasattr(handler, each.lower())), "POST")


async def _unused(request: Any) -> Any:
    raise AssertionError("only the way to it is of interest")
