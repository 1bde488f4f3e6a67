"""What tests of both packages share."""

from __future__ import annotations

from importlib.metadata import entry_points

import pytest

pytest_plugins = ["pytester"]


@pytest.fixture(scope="session")
def plugin_args() -> tuple[str, ...]:
    """Arguments that make an inner pytest load our plugin: none when it is installed."""
    installed = any(e.name == "studio_conformance" for e in entry_points(group="pytest11"))
    return () if installed else ("-p", "studio_conformance.plugin")
