"""Requests of routes as texts: which of their parts take one, and what a person would send."""

from __future__ import annotations

import json
import re
from typing import Literal, NamedTuple
from urllib.parse import quote, urlencode

Place = Literal["path", "query", "json", "form", "upload"]
"""Where a parameter stands: in the path, behind "?", in a JSON object, in a form, as the name of a
file in a form."""
IN_PATH = re.compile(r"\{(\w+)(?:[^{}]|\{[^{}]*\})*\}")
"""A parameter in a route's path, with its pattern if it has one."""
BOUNDARY = "studio-conformance-part"
_LEGIBLE = "/.:~$"
"""What can stay as it is behind "?"."""


class Parameter(NamedTuple):
    place: Place
    name: str


class Body(NamedTuple):
    content_type: str
    data: bytes


Values = dict[Parameter, str]


def quoted(text: str, safe: str = "") -> str:
    return quote(text, safe=safe, errors="surrogatepass")


def filled(path: str, values: Values) -> str:
    """The route's path with its parameters replaced, slashes in them quoted."""
    return IN_PATH.sub(lambda found: quoted(values.get(Parameter("path", found[1]), "")), path)


def target_of(path: str, values: Values) -> str:
    """What stands in a request's first line."""
    query = [
        f"{quoted(each.name)}={quoted(value, _LEGIBLE)}"
        for each, value in values.items()
        if each.place == "query"
    ]
    return filled(path, values) + ("?" + "&".join(query) if query else "")


def body_of(values: Values) -> Body | None:
    """A JSON object, else a form, of the values that stand in one; None where none does."""
    by_place: dict[str, dict[str, str]] = {}
    for each, value in values.items():
        by_place.setdefault(each.place, {})[each.name] = value
    form, files = by_place.get("form", {}), by_place.get("upload", {})
    if "json" in by_place:
        return Body("application/json", json.dumps(by_place["json"]).encode())
    if files:
        return Body(f"multipart/form-data; boundary={BOUNDARY}", _multipart(form, files))
    if form:
        text = urlencode(form, errors="surrogatepass")
        return Body("application/x-www-form-urlencoded", text.encode())
    return None


def _multipart(form: dict[str, str], files: dict[str, str]) -> bytes:
    parts = [(f'name="{quoted(name)}"', value) for name, value in form.items() if name not in files]
    for name, file in files.items():
        parts.append((f"name=\"{quoted(name)}\"; filename*=utf-8''{quoted(file)}", "x"))
    text = "".join(
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n{value}\r\n"
        for head, value in parts
    )
    return f"{text}--{BOUNDARY}--\r\n".encode("utf-8", "surrogatepass")


def shown(method: str, path: str, parameter: Parameter, value: str) -> str:
    """The request in a line, with no more than the one parameter."""
    target = target_of(path, {parameter: value}) if parameter.place in _LINE else path
    line = method + " " + _SHORT.sub(r"<\1>", target)
    if parameter.place == "upload":
        return f"{line} with a file {parameter.name!a} named {value!a}"
    if parameter.place in ("json", "form"):
        return f"{line} {json.dumps({parameter.name: value})}"
    return line


_LINE = ("path", "query")
_SHORT = re.compile(r"%3C(\w+)%3E")
"""What stands for a folder of this run."""
