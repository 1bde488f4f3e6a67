"""Files that ``studio-conformance init`` writes into a pack, as they are written."""

from __future__ import annotations

from pathlib import Path


def text_of(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")
