"""Wheels and a cache of each test's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from wheels import MakePack, make_wheel, only_wheels_of

from reference_runtime.environments.errors import MachineLacks
from reference_runtime.environments.store import Store
from reference_runtime.environments.uv import find_uv


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only wheels that uv sees: tool 1.0 and 2.0, and dish, which needs tool below 2."""
    try:
        find_uv()
    except MachineLacks as error:
        pytest.skip(str(error))
    folder = tmp_path / "wheels"
    only_wheels_of(monkeypatch, folder)
    make_wheel(folder, "tool", "1.0")
    make_wheel(folder, "tool", "2.0")
    make_wheel(folder, "dish", "1.0", ["tool<2"])
    return folder


@pytest.fixture
def store(wheels: Path) -> Store:
    return Store()


@pytest.fixture
def make_pack(tmp_path: Path) -> MakePack:
    """Writes a pack with these lines as requirements.txt; torch is not lent unless asked for."""

    def make(*lines: str, name: str = "mypack", manifest: str = "share_torch: false\n") -> Path:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "pyisolate.yaml").write_text(manifest, encoding="utf-8")
        return folder

    return make
