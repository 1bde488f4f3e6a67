"""Packs loaded into this process, for ``--isolation none``: their code has the server's rights."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reference_runtime.host.core_display import DISPLAY_NAMES
from reference_runtime.host.finder import install
from reference_runtime.host.standins import folder_paths
from reference_runtime.host.standins.comfy.cli_args import args
from reference_runtime.levels import ACTIVE
from reference_runtime.loading.awaiting import Runner
from reference_runtime.loading.describe import is_v3
from reference_runtime.loading.loaded import Candidate, Loaded
from reference_runtime.loading.loader import load
from reference_runtime.loading.place import Place
from reference_runtime.server.engine import Post
from reference_runtime.server.places import Places

log = logging.getLogger("studio.server")


@dataclass
class LocalPacks:
    """Node classes by id, and the names that v1 packs give them."""

    classes: dict[str, type] = field(default_factory=dict)
    display_names: dict[str, str] = field(default_factory=dict)


def pose_as_host(places: Places, disable_metadata: bool) -> None:
    """Serve the host's modules in this process, over the server's folders."""
    install(places.base)
    folder_paths._use_root(places.base, ACTIVE.level.rank)
    folder_paths.set_input_directory(str(places.folders.input))
    folder_paths.set_output_directory(str(places.folders.output))
    folder_paths.set_temp_directory(str(places.folders.temp))
    for folder in places.models:
        folder_paths.add_model_folder_path(folder.kind, str(folder.path), folder.first)
    args.disable_metadata = disable_metadata


def hear_packs(post: Post) -> None:
    """Send to the clients what packs of this process send to the browser."""
    from reference_runtime.host.frames import sender
    from reference_runtime.host.standins.server import PromptServer

    PromptServer.instance.on_send = sender(post)


def load_packs(packs: list[Path]) -> LocalPacks:
    """The core pack and these; what doesn't load is logged and left out, as on the host."""
    from reference_runtime import core_pack
    from reference_runtime.host.standins import nodes

    found = LocalPacks(dict(core_pack.NODE_CLASS_MAPPINGS))
    found.display_names = {**DISPLAY_NAMES, **core_pack.NODE_DISPLAY_NAME_MAPPINGS}
    core = frozenset(found.classes)
    for path in packs:
        loaded = load(Place(path, path), ACTIVE.level, Runner(asyncio_now=True), lambda text: None)
        for problem in loaded.problems:
            log.warning("%s: %s", path.name, problem["message"])
        for key, candidate in _registered(loaded):
            if key not in core:
                found.classes[key] = candidate.cls
                if candidate.display_name is not None:
                    found.display_names[key] = candidate.display_name
    nodes.NODE_CLASS_MAPPINGS.update(found.classes)
    nodes.NODE_DISPLAY_NAME_MAPPINGS.update(found.display_names)
    return found


def _registered(loaded: Loaded) -> Iterator[tuple[str, Candidate]]:
    """The nodes that the host would have: of a node list none after the first that fails."""
    for candidate in loaded.candidates:
        if candidate.blocked is not None:
            continue
        try:
            yield _key(candidate), candidate
        except Exception as error:
            log.warning("%s: %s: %s", loaded.place.name, candidate.label, error)
            if loaded.route == "v3":
                return


def _key(candidate: Candidate) -> str:
    if is_v3(candidate.cls):
        cls: Any = candidate.cls
        node_id: str = cls.GET_SCHEMA().node_id
        return candidate.key or node_id
    assert candidate.key is not None
    return candidate.key
