"""Geometry and files that nodes hand to each other: VOXEL, MESH, SPLAT, File3D, SVG.

Source: names, constructors and results of the host's geometry and image types; VOXEL and MESH exist
from 0.3.71 on, the others at latest only.
"""

from __future__ import annotations

import os
import shutil
from io import BytesIO
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch


class VOXEL:
    """Voxel occupancy; ``data`` is [B, D, H, W]."""

    def __init__(self, data: torch.Tensor) -> None:
        self.data = data


class MESH:
    """Triangle meshes; ``vertices`` is [B, N, 3] float, ``faces`` [B, M, 3] int."""

    def __init__(self, vertices: torch.Tensor, faces: torch.Tensor) -> None:
        self.vertices = vertices
        self.faces = faces


class SPLAT:
    """Gaussian splats; keeps what it is given."""

    def __init__(self, *args: Any, **fields: Any) -> None:
        self.args = args
        self.__dict__.update(fields)


class SVG:
    """One or more SVG documents as byte streams."""

    def __init__(self, data: list[BytesIO]) -> None:
        self.data = data

    def combine(self, other: SVG) -> SVG:
        """The documents of both, this one's first."""
        return SVG(self.data + other.data)

    @staticmethod
    def combine_all(svgs: list[SVG]) -> SVG:
        """The documents of all, in order."""
        return SVG([document for svg in svgs for document in svg.data])


class File3D:
    """A 3D file: a path or a byte stream, and its format (the extension without the dot)."""

    def __init__(self, source: str | IO[bytes], file_format: str = "") -> None:
        self._source = source
        self._format = (file_format or self._infer_format()).lstrip(".").lower()

    def _infer_format(self) -> str:
        return os.path.splitext(self._source)[1] if isinstance(self._source, str) else ""

    @property
    def format(self) -> str:
        """The extension in lower case, "" when unknown."""
        return self._format

    @format.setter
    def format(self, value: str) -> None:
        self._format = value.lstrip(".").lower() if value else ""

    @property
    def is_disk_backed(self) -> bool:
        """Whether the source is a path."""
        return isinstance(self._source, str)

    def get_source(self) -> str | IO[bytes]:
        """The path, or the stream at its beginning."""
        if not isinstance(self._source, str):
            self._source.seek(0)
        return self._source

    def get_data(self) -> BytesIO:
        """The contents as a fresh stream. Raises OSError when the file can't be read."""
        return BytesIO(self.get_bytes())

    def get_bytes(self) -> bytes:
        """The contents. Raises OSError when the file can't be read."""
        source = self.get_source()
        if isinstance(source, str):
            with open(source, "rb") as file:
                return file.read()
        return source.read()

    def save_to(self, path: str) -> str:
        """Write the contents to ``path``, making its folder, and return ``path``."""
        os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        source = self.get_source()
        if isinstance(source, str):
            if os.path.realpath(source) != os.path.realpath(path):
                shutil.copyfile(source, path)
            return path
        with open(path, "wb") as file:
            shutil.copyfileobj(source, file)
        return path

    def __repr__(self) -> str:
        where = self._source if isinstance(self._source, str) else "stream"
        return f"File3D({where!r}, format={self._format!r})"
