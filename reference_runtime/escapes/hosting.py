"""The host's own functions for names of files, made safe while payloads are tried.

The hosts whose behaviour is reproduced elsewhere let some names through that newer ones refuse: a
pack that leaves names to the host's functions is not to be blamed for what these let through.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def guarded_host() -> Iterator[None]:
    """Within the block ``folder_paths`` refuses names that lead out, by links too."""
    import folder_paths  # type: ignore[import-not-found]

    guards: dict[str, Callable[[Any, Any], Any]] = {
        "get_annotated_filepath": _annotated,
        "exists_annotated_filepath": _exists,
        "get_save_image_path": _save,
    }
    found = {name: getattr(folder_paths, name) for name in guards}
    for name, guard in guards.items():
        setattr(folder_paths, name, guard(folder_paths, found[name]))
    try:
        yield
    finally:
        for name, function in found.items():
            setattr(folder_paths, name, function)


def _annotated(paths: Any, found: Any) -> Any:
    def get_annotated_filepath(name: str, default_dir: str | None = None) -> Any:
        directory = paths.annotated_filepath(name)[1]
        path = found(name, default_dir)
        _require_inside(directory or default_dir or paths.get_input_directory(), path, name)
        return path

    return get_annotated_filepath


def _exists(paths: Any, found: Any) -> Any:
    def exists_annotated_filepath(name: str) -> bool:
        try:
            return os.path.exists(paths.get_annotated_filepath(name))
        except ValueError:
            return False

    return exists_annotated_filepath


def _save(paths: Any, found: Any) -> Any:
    def get_save_image_path(filename_prefix: str, output_dir: str, *size: Any, **named: Any) -> Any:
        folder = os.path.join(output_dir, os.path.dirname(os.path.normpath(filename_prefix)))
        _require_inside(output_dir, folder, filename_prefix)
        return found(filename_prefix, output_dir, *size, **named)

    return get_save_image_path


def _require_inside(folder: str, path: str, name: str) -> None:
    """Raise ValueError when the path, its links resolved, is not below the folder."""
    whole = os.path.realpath(folder)
    if os.path.commonpath((whole, os.path.realpath(path))) != whole:
        raise ValueError(f"{name!r} leads out of its folder")
