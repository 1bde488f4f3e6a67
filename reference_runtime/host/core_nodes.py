"""The ids of the nodes that the hosts bring themselves, which a pack's node can't have.

``data/core_ids.txt`` holds them one a line: core, extra and API nodes of ComfyUI 0.3.64 and 0.3.71
(Hanzo Studio) together, gathered from the hosts' own registrations.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

_DATA = Path(__file__).parent / "data" / "core_ids.txt"


@lru_cache(maxsize=1)
def core_node_ids() -> frozenset[str]:
    """Every id that a supported host has registered before it loads a pack."""
    return frozenset(_DATA.read_text(encoding="utf-8").splitlines())
