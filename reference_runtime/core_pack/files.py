"""Files that a prompt names: below the input, output or temp folder, or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from reference_runtime.host.standins import folder_paths
from reference_runtime.paths import PathRefused, open_file


def open_named(name: object) -> BinaryIO:
    """Open "file", "folder/file" or "file [output]" for reading.

    Raises PathRefused for a name that leads, or could lead, out of its folder, and OSError.
    """
    if not isinstance(name, str):
        raise PathRefused(f"a file name is text, this is {type(name).__name__}")
    plain, directory = folder_paths.annotated_filepath(name)
    return open_file(Path(directory or folder_paths.get_input_directory()), plain)
