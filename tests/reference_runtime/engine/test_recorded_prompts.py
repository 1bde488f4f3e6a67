"""Every recorded prompt gives what the real host gave: reply, messages, history."""

from __future__ import annotations

from typing import Any

import pytest
from traces import RECORDED, recorded, run

from reference_runtime.engine.local_nodes import LocalNodes


@pytest.mark.parametrize("cache", ["classic", 100], ids=["classic", "lru100"])
@pytest.mark.parametrize("name", list(RECORDED))
def test_a_recorded_prompt_gives_what_the_host_gave(
    nodes: LocalNodes, name: str, cache: Any
) -> None:
    assert run(nodes, name, cache) == recorded(name)
