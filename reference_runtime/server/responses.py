"""HTTP answers. aiohttp loads when the first one is made."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def json_response(data: Any, status: int = 200) -> Any:
    from aiohttp import web

    return web.Response(text=json.dumps(data), status=status, content_type="application/json")


def empty(status: int = 200, reason: str = "") -> Any:
    """No body, as the host answers; ``reason`` goes to people in the header ``X-Reason``."""
    from aiohttp import web

    plain = "".join(c if c.isascii() and c.isprintable() else "?" for c in reason)
    return web.Response(status=status, headers={"X-Reason": plain} if plain else None)


def plain_text(text: str, status: int = 200) -> Any:
    from aiohttp import web

    return web.Response(status=status, text=text)


def body(
    data: bytes, content_type: str, headers: Mapping[str, str] | None = None, status: int = 200
) -> Any:
    from aiohttp import web

    return web.Response(body=data, content_type=content_type, headers=headers, status=status)


def stream(file: Any, content_type: str, headers: Mapping[str, str]) -> Any:
    """A whole open file, sent in parts and closed in the end."""
    from aiohttp import web
    from aiohttp.payload import BufferedReaderPayload

    payload = BufferedReaderPayload(file, content_type=content_type)
    return web.Response(body=payload, headers=dict(headers))
