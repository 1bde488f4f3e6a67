"""How long a call of a node may take."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from descriptions import a_pack

from studio_conformance.config import Settings
from studio_conformance.exercising import CALL_SECONDS, COMPILING_SECONDS, _limits
from studio_conformance.subject import Pack


@pytest.mark.parametrize(
    ("source", "seconds"),
    [
        ("import numpy", CALL_SECONDS),
        ("# numba is not needed", CALL_SECONDS),
        ("def run():\n    from numba import njit", COMPILING_SECONDS),
        ("import numba as nb", COMPILING_SECONDS),
    ],
)
def test_a_pack_that_compiles_has_more_time(tmp_path: Path, source: str, seconds: float) -> None:
    (tmp_path / "__init__.py").write_text(source)
    pack = Pack(tmp_path, a_pack())
    assert _limits(Settings(), pack).seconds == seconds
    assert _limits(Settings(timeout=5), pack).seconds == 5
    assert _limits(Settings(isolation="none"), pack).seconds == math.inf
