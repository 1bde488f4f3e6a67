"""The hook that a conftest or another plugin may implement. Never taken from the pack itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest


@pytest.hookspec
def pytest_studio_strategies(config: pytest.Config) -> Mapping[str, Any] | None:
    """Values for io types ("MY_TYPE") and for single inputs ("Node.input").

    Each is a list of values or recipes, the default first, or what
    ``studio_conformance.strategies.own`` gives. Goes before the settings of the pack.
    """
