"""The command: options, folders, nodes, then the server."""

from __future__ import annotations

import argparse
import asyncio
import logging
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from reference_runtime.levels import configure
from reference_runtime.server.backend import Backend
from reference_runtime.server.model_paths import BadConfig
from reference_runtime.server.options import cache_of, parse
from reference_runtime.server.own_folder import own_folder
from reference_runtime.server.places import Places, places_of, posed_host
from reference_runtime.server.serve import serve

log = logging.getLogger("studio.server")
CORE_PACK = Path(__file__).resolve().parents[1] / "core_pack"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until stopped. Returns the exit status: 2 when it can't start."""
    options = parse(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    configure(options.level, options.mode)
    try:
        with own_folder() as temp:
            _serve(options, places_of(options, temp), temp)
    except ModuleNotFoundError as error:
        if error.name not in ("aiohttp", "yaml"):
            raise
        log.error("the server needs %s: pip install 'studio-conformance[server]'", error.name)
        return 2
    except (OSError, BadConfig) as error:
        log.error("%s", error)
        return 2
    return 0


def _serve(options: argparse.Namespace, places: Places, temp: Path) -> None:
    with ExitStack() as held:
        engine = _engine(options, places, temp, held)
        asyncio.run(
            serve(
                engine,
                places.folders,
                [address.strip() for address in options.listen.split(",")],
                options.port,
                options.max_upload_size,
                lambda addresses: print("listening on", *addresses, flush=True),
            )
        )


def _engine(options: argparse.Namespace, places: Places, temp: Path, held: ExitStack) -> Backend:
    from reference_runtime.engine.executor import Executor, validate_prompt

    cache = cache_of(options)
    if options.isolation == "none":
        nodes = _local(options, places)
    else:
        nodes = _remote(options, places, temp, held)
    return Backend(nodes, lambda nodes, send: Executor(nodes, cache, send), validate_prompt)


def _local(options: argparse.Namespace, places: Places) -> Any:
    """Nodes in this process."""
    from reference_runtime.engine.local_nodes import LocalNodes
    from reference_runtime.server.local_packs import load_packs, pose_as_host

    pose_as_host(places, options.disable_metadata)
    packs = load_packs(places.packs)
    return LocalNodes(packs.classes, packs.display_names)


def _remote(options: argparse.Namespace, places: Places, temp: Path, held: ExitStack) -> Any:
    """Nodes in confined processes, one for each pack; the core pack's come first."""
    from reference_runtime.isolation.remote_nodes import PackOrder, RemoteNodes

    if options.disable_metadata:
        raise OSError("--disable-metadata needs --isolation none")
    host = posed_host(places, temp)
    writable = (places.folders.output, places.folders.temp)

    def order(path: Path, python: str, core: bool = False) -> PackOrder:
        return PackOrder(path, options.level, options.mode, python, host, writable, core=core)

    packs = _interpreters(options, places.packs, held)
    return RemoteNodes(
        [order(CORE_PACK, sys.executable, core=True), *(order(*pack) for pack in packs)]
    )


def _interpreters(
    options: argparse.Namespace, packs: list[Path], held: ExitStack
) -> Iterator[tuple[Path, str]]:
    """The packs, each with the Python that runs it; environments are ``held`` while they are used.

    A pack whose environment can't be had is left out, and the log says why.
    """
    from reference_runtime.environments.building import environment_for
    from reference_runtime.environments.errors import CannotBuild
    from reference_runtime.environments.requirements import BadRequirements

    for path in packs:
        if options.isolation != "venv":
            yield path, sys.executable
            continue
        log.info("%s: its environment", path.name)
        try:
            yield path, held.enter_context(environment_for(path)).python
        except (BadRequirements, CannotBuild) as error:
            log.warning("%s was not loaded: %s", path.name, error)


if __name__ == "__main__":
    sys.exit(main())
