"""Python types that need torch, resolved on first touch.

Importing the node API must not import torch (3 s, and many packs need none); a pack that touches
``io.Image.Type`` gets ``torch.Tensor``, or ``Any`` where torch is not installed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def tensor_type() -> Any:
    """``torch.Tensor``, or Any without torch."""
    try:
        from torch import Tensor
    except ImportError:
        return Any
    return Tensor


class LazyType:
    """A class attribute whose value is made when it is first read."""

    def __init__(self, make: Callable[[], Any]) -> None:
        self.make = make

    def __get__(self, obj: Any, owner: type) -> Any:
        return self.make()


TENSOR = LazyType(tensor_type)
