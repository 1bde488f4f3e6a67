"""Requests that answer every question, to learn which names a handler asks for.

Whatever is looked up in the query, a form or a JSON object is there, and gives a harmless text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from reference_runtime.escapes.requests import Parameter, Place

MAX_NAMES = 12
"""Names of one route that are given payloads."""


class Asked:
    """What was asked for. ``needed``: looked up without saying what to do when it is missing."""

    def __init__(self) -> None:
        self.names: dict[Parameter, None] = {}
        self.needed: set[Parameter] = set()

    def note(self, place: Place, name: Any, needed: bool = False) -> None:
        if isinstance(name, str) and len(self.names) < MAX_NAMES:
            self.names[Parameter(place, name)] = None
            if needed:
                self.needed.add(Parameter(place, name))


class AskedText(str):
    """A harmless text of a form, which may also be asked for the file that it stands for."""

    asked: Asked
    name: str

    @property
    def filename(self) -> str:
        self.asked.note("upload", self.name, needed=True)
        return str(self)

    @property
    def file(self) -> Any:
        import io

        self.asked.note("upload", self.name, needed=True)
        return io.BytesIO(b"x")


class AskedNames(dict[str, Any]):
    """A mapping that has every name."""

    def __init__(self, asked: Asked, place: Place, text: str) -> None:
        super().__init__()
        self._asked, self._place, self._text = asked, place, text

    def _tell(self, name: Any, needed: bool) -> Any:
        self._asked.note(self._place, name, needed)
        if self._place != "form":
            return self._text
        text = AskedText(self._text)
        text.asked, text.name = self._asked, name
        return text

    def __getitem__(self, name: Any) -> Any:
        return self._tell(name, True)

    def __contains__(self, name: Any) -> bool:
        self._tell(name, False)
        return True

    def get(self, name: Any, default: Any = None) -> Any:
        return self._tell(name, False)

    def getone(self, name: Any, *default: Any) -> Any:
        return self._tell(name, not default)

    def getall(self, name: Any, *default: Any) -> list[Any]:
        return [self._tell(name, not default)]

    def pop(self, name: Any, *default: Any) -> Any:
        return self._tell(name, not default)

    def setdefault(self, name: Any, default: Any = None) -> Any:
        return self._tell(name, False)

    def __bool__(self) -> bool:
        return True


class _Address:
    """An address whose query has every name."""

    def __init__(self, address: Any, query: AskedNames) -> None:
        self._address, self.query = address, query

    def __getattr__(self, name: str) -> Any:
        return getattr(self._address, name)


class AskedRequest:
    """A request in which every name is found."""

    def __init__(self, request: Any, asked: Asked, text: str) -> None:
        self._request, self._asked, self._text = request, asked, text
        self.query = AskedNames(asked, "query", text)
        self.rel_url = _Address(request.rel_url, self.query)
        self.url = _Address(request.url, self.query)
        self.can_read_body = self.body_exists = self.has_body = True

    async def json(self, **options: Any) -> AskedNames:
        return AskedNames(self._asked, "json", self._text)

    async def post(self) -> AskedNames:
        return AskedNames(self._asked, "form", self._text)

    async def text(self) -> str:
        return "{}"

    async def read(self) -> bytes:
        return b"{}"

    def __getattr__(self, name: str) -> Any:
        return getattr(self._request, name)

    def __getitem__(self, name: Any) -> Any:
        return self._request[name]

    def __setitem__(self, name: Any, value: Any) -> None:
        self._request[name] = value

    @contextmanager
    def reading_objects(self) -> Iterator[None]:
        """Within the block ``json.loads`` gives an object that has every name for "{}"."""
        loads: Callable[..., Any] = json.loads

        def asked_loads(text: Any, **options: Any) -> Any:
            if text in ("{}", b"{}"):
                return AskedNames(self._asked, "json", self._text)
            return loads(text, **options)

        json.loads = asked_loads  # type: ignore[assignment]
        try:
            yield
        finally:
            json.loads = loads
