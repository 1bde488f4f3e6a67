"""Whether a value is of the kind that its declared io type promises, told by its shape alone.

The third look at types, at run time: the host has none, so what is found is a finding and stops
nothing. Types that aren't in the table may hold anything.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.engine.nodehost import TypeFault, WireType


def _is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


def _is_dict_with(key: str) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, Mapping) and key in value


KINDS: dict[str, Callable[[Any], bool]] = {
    "INT": lambda value: isinstance(value, int),
    "FLOAT": lambda value: isinstance(value, (int, float)),
    "BOOLEAN": lambda value: isinstance(value, (bool, int)),
    "STRING": lambda value: isinstance(value, str),
    "IMAGE": lambda value: _is_tensor(value) and value.ndim == 4,
    "MASK": lambda value: _is_tensor(value) and value.ndim in (2, 3),
    "SIGMAS": lambda value: _is_tensor(value) and value.ndim == 1,
    "LATENT": _is_dict_with("samples"),
    "AUDIO": _is_dict_with("waveform"),
    "CONDITIONING": lambda value: isinstance(value, (list, tuple)),
}


def fits(declared: WireType, value: Any) -> bool:
    """Whether the value may be of the declared type; None and blockers may always stand for one."""
    if value is None or isinstance(value, ExecutionBlocker) or not isinstance(declared.text, str):
        return True
    tests = [KINDS.get(part.strip()) for part in declared.text.split(",")]
    return any(test is None or test(value) for test in tests)


def faults(
    node_id: str,
    class_type: str,
    side: Literal["input", "output"],
    declared: Sequence[tuple[str, WireType]],
    values: Sequence[Sequence[Any]],
) -> Iterator[TypeFault]:
    """The first misfit of each input or output. ``declared``: name and type, in order."""
    for (name, kind), items in zip(declared, values, strict=False):
        for item in items:
            if not fits(kind, item):
                text = str(kind.text)
                yield TypeFault(node_id, class_type, side, name, text, describe(item))
                break


def describe(value: Any) -> str:
    """The kind of a value in a few words: "str", "Tensor of shape [1, 64, 64]"."""
    shape = f" of shape {list(value.shape)}" if _is_tensor(value) else ""
    return type(value).__name__ + shape
