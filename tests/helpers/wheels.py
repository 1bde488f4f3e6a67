"""Small wheels made on the spot, so that uv can install without any index."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

MakePack = Callable[..., Path]
"""Writes a pack with the given lines of requirements."""


def make_wheel(folder: Path, name: str, version: str, requires: Sequence[str] = ()) -> Path:
    """A wheel with one module ``name`` whose ``VERSION`` is the version."""
    info = f"{name}-{version}.dist-info"
    metadata = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}"]
    metadata += [f"Requires-Dist: {text}" for text in requires]
    wheel = "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": wheel,
    }
    record = [f"{path},sha256={_digest(text)},{len(text)}" for path, text in files.items()]
    files[f"{info}/RECORD"] = "\n".join([*record, f"{info}/RECORD,,"]) + "\n"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{version}-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def only_wheels_of(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Let uv see these wheels and no index, and our cache lie beside them."""
    folder.mkdir(parents=True, exist_ok=True)
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    nothing = folder.parent / "no-index"
    nothing.mkdir(exist_ok=True)
    monkeypatch.setenv("UV_DEFAULT_INDEX", nothing.as_uri())
    monkeypatch.setenv("UV_CACHE_DIR", str(folder.parent / "uv-cache"))
    monkeypatch.setenv("STUDIO_CONFORMANCE_CACHE", str(folder.parent / "cache"))
