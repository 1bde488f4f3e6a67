"""Where a reader finds the page of a check."""

from __future__ import annotations

import functools
from importlib.metadata import PackageNotFoundError, metadata

LABEL = "Documentation"


def page_of(code: str) -> str | None:
    """The address of the check's page; None while the package names no address of its pages."""
    base = _base()
    return f"{base}/{code}.md" if base else None


@functools.cache
def _base() -> str | None:
    """``Documentation`` among the package's own addresses: where docs/checks can be read."""
    try:
        urls = metadata("studio-conformance").get_all("Project-URL") or []
    except PackageNotFoundError:
        return None
    known = dict(url.split(", ", 1) for url in urls)
    return known[LABEL].rstrip("/") if LABEL in known else None
