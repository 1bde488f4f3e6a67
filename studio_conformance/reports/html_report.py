"""``report.html``: one file that opens anywhere, with nothing loaded from elsewhere.

The page is fixed; the data stand in it as JSON that no text of a pack can break out of, and the
script puts them into the page as text only. A policy allows this style and this script, by their
digests, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Iterator
from importlib.resources import files
from typing import Any

from studio_conformance.events import Event
from studio_conformance.reports.facts import Facts
from studio_conformance.reports.html_data import build
from studio_conformance.reports.streaming import pieces


def render(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    yield from page("report", build(events, facts))


def page(script: str, data: Any) -> Iterator[str]:
    """The page that ``html/SCRIPT.js`` fills with ``data``."""
    style, code = _part("style.css"), _part("common.js") + _part(f"{script}.js")
    policy = (
        "default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; "
        f"style-src '{_digest(style)}'; script-src '{_digest(code)}'"
    )
    shell = _part("page.html").replace("@POLICY@", policy)
    before, _, after = shell.partition("@DATA@")
    yield before.replace("@STYLE@", style)
    yield from embedded(data)
    yield after.replace("@SCRIPT@", code)


def _part(name: str) -> str:
    return (files("studio_conformance.reports") / "html" / name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def embedded(data: Any) -> Iterator[str]:
    """JSON that can stand in a script element: ASCII, without ``<``, ``>`` and ``&``."""
    for text in pieces(data):
        for sign in "<>&":
            text = text.replace(sign, f"\\u{ord(sign):04x}")
        yield text
