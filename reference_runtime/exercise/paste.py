"""Run one node of a pack in this very process: what a pasted snippet of a finding calls.

Nothing is confined here: the pack does what it does. For a debugger, and for its author.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
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
    from reference_runtime.exercise.returned import read
    from reference_runtime.recipes import making

    configure(level, mode)
    classes = _classes(Path(pack).resolve(strict=True))

    def call(key: str, given: dict[str, Any]) -> Any:
        if key not in classes:
            raise LookupError(f"{pack} has no node {key!r}: it has {sorted(classes)}")
        subject = subject_of(classes[key], key)
        prompt = {NODE_ID: {"class_type": key, "inputs": {}}}
        function = bind(subject, subject.fresh(), hidden_values(subject, prompt))
        values = as_lists(given) if subject.wants_lists else given
        raw = in_loop(invoke(function, nested(subject, values), Timing()))
        return subject, raw

    def produce(recipe: Mapping[str, Any]) -> Any:
        given = {name: making.make(each) for name, each in recipe["inputs"].items()}
        return (read(*call(recipe["node"], given)).values or [])[recipe["output"]]

    making.produce = produce
    return call(node, {name: making.now(value) for name, value in inputs.items()})[1]


def _classes(path: Path) -> dict[str, Any]:
    """The pack's node classes by the id they are registered under."""
    from reference_runtime.host.finder import install
    from reference_runtime.loading.awaiting import Runner
    from reference_runtime.loading.loader import load
    from reference_runtime.loading.place import Place

    install(Path(tempfile.mkdtemp(prefix="studio-host-")))
    loaded = load(Place(path, path), ACTIVE.level, Runner(asyncio_now=True), lambda doing: None)
    if not loaded.candidates:
        raise LookupError(f"{path} gave no node: {[p['message'] for p in loaded.problems]}")
    return {(each.key or each.cls.GET_SCHEMA().node_id): each.cls for each in loaded.candidates}
