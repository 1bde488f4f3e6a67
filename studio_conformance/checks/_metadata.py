"""What a pack says about itself in files: pyproject.toml and requirements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio_conformance.toml import BrokenToml, read_toml

IMPORTED_AS = {
    "attr": "attrs", "bs4": "beautifulsoup4", "clip": "openai-clip", "cv2": "opencv-python",
    "Crypto": "pycryptodome", "dateutil": "python-dateutil", "dotenv": "python-dotenv",
    "fitz": "pymupdf", "git": "gitpython", "google": "google-genai", "jwt": "pyjwt",
    "llama_cpp": "llama-cpp-python", "magic": "python-magic", "OpenSSL": "pyopenssl",
    "PIL": "pillow", "skimage": "scikit-image", "sklearn": "scikit-learn", "serial": "pyserial",
    "usb": "pyusb", "websocket": "websocket-client", "win32api": "pywin32", "yaml": "pyyaml",
}  # fmt: skip
"""Modules whose distribution is called otherwise than the module."""


def read_pyproject(path: Path) -> dict[str, Any]:
    """The pack's pyproject.toml; empty when there is none or it does not parse."""
    file = path / "pyproject.toml"
    try:
        return read_toml(file) if file.is_file() else {}
    except BrokenToml:
        return {}


def table(data: dict[str, Any], *names: str) -> dict[str, Any]:
    """The nested table ``[names[0].names[1]...]``; empty when it is absent or no table."""
    for name in names:
        found = data.get(name)
        data = found if isinstance(found, dict) else {}
    return data


def declared_distributions(path: Path) -> set[str]:
    """Normalised names of the distributions the pack's metadata asks for."""
    return {normalised(line) for line in _requirements(path)} - {""}


def declares(path: Path, module: str) -> bool:
    """Whether the metadata asks for a distribution that plausibly holds ``module``.

    A distribution called like the module counts, and any that begins with the usual name of its
    distribution (opencv-python-headless for cv2).
    """
    usual = normalised(IMPORTED_AS.get(module, module))
    plain = normalised(module)
    return any(
        name in (usual, plain, f"python-{plain}") or name.startswith(f"{usual}-")
        for name in declared_distributions(path)
    )


def normalised(requirement: str) -> str:
    """The distribution's name in a requirement, as package indexes compare it; "" without one."""
    match = re.match(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)", requirement)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match else ""


def _requirements(path: Path) -> Iterator[str]:
    project = table(read_pyproject(path), "project")
    yield from _strings(project.get("dependencies"))
    for extra in table(project, "optional-dependencies").values():
        yield from _strings(extra)
    for file in sorted(path.glob("requirements*.txt")) if path.is_dir() else ():
        yield from _lines(file)


def _strings(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def _lines(file: Path) -> list[str]:
    """The file's requirement lines; a link to a repository counts by its last path component."""
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, ValueError):
        return []
    return [_repository_name(line.strip()) for line in lines if not line.strip().startswith("#")]


def _repository_name(line: str) -> str:
    link = re.match(r"(?:-e\s+)?(?:git\+)?\w+://\S*?/([\w.-]+?)(?:\.git)?(?:[@#]\S*)?$", line)
    return link[1] if link else line
