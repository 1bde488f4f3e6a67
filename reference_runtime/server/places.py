"""The folders a server works with, from its options."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from reference_runtime.server import model_paths
from reference_runtime.server.files import Folders
from reference_runtime.server.model_paths import PACKS, ExtraFolder


@dataclass(frozen=True)
class Places:
    """Absolute folders; ``models`` are extra ones; ``packs`` are to be loaded, each once."""

    base: Path
    folders: Folders
    models: list[ExtraFolder]
    packs: list[Path]


def places_of(options: argparse.Namespace, temp: Path) -> Places:
    """Read the configurations and make the folders that clients use.

    Raises OSError and model_paths.BadConfig.
    """
    base = (options.base_directory or Path()).absolute()
    extra = [
        folder
        for files in options.extra_model_paths_config
        for file in files
        for folder in model_paths.read(file)
    ]
    folders = Folders(
        input=_made(options.input_directory or base / "input"),
        output=_made(options.output_directory or base / "output"),
        temp=_made(options.temp_directory or temp / "temp"),
    )
    homes = [base / PACKS, *(folder.path for folder in extra if folder.kind == PACKS)]
    found = [pack for home in homes for pack in model_paths.packs_in(home)]
    found += [pack.absolute() for pack in options.pack]
    models = [folder for folder in extra if folder.kind != PACKS]
    return Places(base, folders, models, list(dict.fromkeys(found)))


def _made(folder: Path) -> Path:
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def posed_host(places: Places, temp: Path) -> Path:
    """A folder that looks like a host's to a worker: links to the folders that clients use."""
    host = temp / "host"
    host.mkdir()
    shown = {"input": places.folders.input, "output": places.folders.output}
    for name, folder in {**shown, "temp": places.folders.temp}.items():
        (host / name).symlink_to(folder, target_is_directory=True)
    if (places.base / "models").is_dir():
        (host / "models").symlink_to(places.base / "models", target_is_directory=True)
    return host
