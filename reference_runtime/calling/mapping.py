"""List mapping: which calls a node's input lists make.

Source of the rules: facts of the host's execution, "Calling a node".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from reference_runtime.api.graph import ExecutionBlocker


def calls(inputs: Mapping[str, Sequence[Any]], input_is_list: bool) -> list[dict[str, Any]]:
    """Keyword arguments of each call.

    The longest list decides how many there are; shorter ones repeat their last element. A node
    that takes lists is called once. Raises IndexError for an empty list beside a longer one.
    """
    if input_is_list:
        return [dict(inputs)]
    longest = max((len(items) for items in inputs.values()), default=0)
    if longest == 0:
        return [{}]
    return [
        {name: items[i if i < len(items) else -1] for name, items in inputs.items()}
        for i in range(longest)
    ]


def blocker_in(arguments: Mapping[str, Any], input_is_list: bool) -> ExecutionBlocker | None:
    """The first blocker among the arguments of a call, or inside the lists of a node of lists."""
    for value in arguments.values():
        for item in value if input_is_list else (value,):
            if isinstance(item, ExecutionBlocker):
                return item
    return None
