"""A token is found in whatever form it comes out, and nothing else is taken for it."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from reference_runtime.escapes.taint import Token

torch: Any = pytest.importorskip("torch")
TOKEN = Token("CANARY0123456789")


def _grey(text: str) -> Any:
    values = torch.tensor(list(text.encode()), dtype=torch.float32) / 255
    return values.reshape(1, 4, 4, 1).expand(1, 4, 4, 3)


@pytest.mark.parametrize(
    "value",
    [
        "so CANARY0123456789 it is",
        b"CANARY0123456789",
        {"deep": [("CANARY0123456789",)]},
        b"CANARY0123456789".hex(),
        *(base64.b64encode(b"x" * n + b"CANARY0123456789yy").decode() for n in range(3)),
        torch.tensor(list(b"CANARY0123456789"), dtype=torch.uint8),
        _grey("CANARY0123456789"),
    ],
    ids=str,
)
def test_found(value: Any) -> None:
    assert TOKEN.in_value(value)


@pytest.mark.parametrize(
    "value", ["CANARY", None, 3, torch.zeros(1, 4, 4, 3), {"a": b"x"}], ids=str
)
def test_not_found(value: Any) -> None:
    assert not TOKEN.in_value(value)
