"""Run one node of a pack in this very process: what a pasted snippet of a finding calls.

Nothing is confined here: the pack does what it does. For a debugger, and for its author.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from reference_runtime.levels import ACTIVE, DEFAULT_LEVEL, Mode, configure


def run(
    pack: str,
    node: str,
    inputs: dict[str, Any],
    *,
    level: str = DEFAULT_LEVEL.name,
    mode: Mode = "faithful",
) -> Any:
    """What the node's function gives for ``inputs``. Raises what it raises, and LookupError.

    ``pack``: its folder or file; ``node``: the id it is registered under.
    """
    from reference_runtime.exercise.invoking import (
        NODE_ID,
        Timing,
        as_lists,
        bind,
        hidden_values,
        in_loop,
        invoke,
        nested,
        subject_of,
    )

    configure(level, mode)
    subject = subject_of(_class(Path(pack).resolve(strict=True), node), node)
    prompt = {NODE_ID: {"class_type": node, "inputs": {}}}
    function = bind(subject, subject.fresh(), hidden_values(subject, prompt))
    values = as_lists(inputs) if subject.wants_lists else inputs
    return in_loop(invoke(function, nested(subject, values), Timing()))


def _class(path: Path, node: str) -> Any:
    from reference_runtime.host.finder import install
    from reference_runtime.loading.awaiting import Runner
    from reference_runtime.loading.loader import load
    from reference_runtime.loading.place import Place

    install(Path(tempfile.mkdtemp(prefix="studio-host-")))
    loaded = load(Place(path, path), ACTIVE.level, Runner(asyncio_now=True), lambda doing: None)
    for candidate in reversed(loaded.candidates):
        if (candidate.key or candidate.cls.GET_SCHEMA().node_id) == node:
            return candidate.cls
    raise LookupError(f"{path} has no node {node!r}: {[p['message'] for p in loaded.problems]}")
