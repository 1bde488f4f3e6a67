"""``comfy_extras.nodes_images``: SVG files in memory."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO


class SVG:
    """One or more SVG documents; the value of the io type SVG."""

    def __init__(self, data: list[BytesIO]) -> None:
        self.data = data

    def combine(self, other: SVG) -> SVG:
        return SVG(self.data + other.data)

    @staticmethod
    def combine_all(svgs: Iterable[SVG]) -> SVG:
        return SVG([document for svg in svgs for document in svg.data])
