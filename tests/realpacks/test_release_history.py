"""The histories of real packs as judge: changes known to break workflows, and harmless ones.

``tests/data/release_history.json`` names commits of public repositories, each with what it changed
(facts only). STUDIO_PACK_REPOSITORIES names a folder with clones, called as the repositories are
(``ComfyUI-KJNodes``; bare ones will do). Nothing is fetched here; each commit and the one before it
are read out of the clone and described in confined workers. A pack that lacks a module here is
skipped, by name.
"""

from __future__ import annotations

import json
import os
import tempfile
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from reference_runtime.runtime import PackSpec
from studio_conformance.packs import project_name
from studio_conformance.release.changes import Change
from studio_conformance.release.compare import compare
from studio_conformance.release.comparing import NotDescribed, described
from studio_conformance.release.git import Repository
from studio_conformance.release.interface import Interface, interface_of

pytestmark = pytest.mark.network
DATA = json.loads((Path(__file__).parents[1] / "data" / "release_history.json").read_text("utf-8"))
CLONES = os.environ.get("STUDIO_PACK_REPOSITORIES")


def _id(entry: dict[str, Any]) -> str:
    name = entry["repository"].rpartition("/")[2]
    return f"{name}-{entry['commit'][:7]}-{entry.get('node', 'harmless')}"


@lru_cache(maxsize=8)
def interface_at(clone: Path, ref: str) -> Interface:
    """The pack's interface at a commit. Raises NotDescribed where it does not load."""
    repository = Repository(clone)
    with tempfile.TemporaryDirectory(prefix="studio-history-") as folder:
        place = Path(folder).resolve() / clone.name
        repository.export(repository.commit(ref), PurePosixPath("."), place)
        pack = described(PackSpec(place, DATA["level"], timeout=120))
        return interface_of(pack, *project_name(place))


def changes_of(entry: dict[str, Any]) -> list[Change]:
    if CLONES is None:
        pytest.skip("STUDIO_PACK_REPOSITORIES names no folder with clones")
    clone = Path(CLONES).expanduser() / entry["repository"].rpartition("/")[2]
    if not clone.is_dir():
        pytest.skip(f"no clone {clone}")
    try:
        before = interface_at(clone, f"{entry['commit']}^")
        after = interface_at(clone, entry["commit"])
    except NotDescribed as error:
        pytest.skip(f"does not load here: {error}")
    return compare(before, after)


@pytest.mark.parametrize("entry", DATA["breaking"], ids=_id)
def test_a_breaking_change_is_named(entry: dict[str, Any]) -> None:
    changes = changes_of(entry)
    of_node = [(c.kind, c.bump) for c in changes if c.node == entry["node"] and c.bump == "major"]
    assert of_node == [(kind, "major") for kind in entry["kinds"]]


@pytest.mark.parametrize("entry", DATA["harmless"], ids=_id)
def test_a_harmless_change_is_no_major_one(entry: dict[str, Any]) -> None:
    changes = changes_of(entry)
    assert [(c.node, c.kind) for c in changes if c.bump == "major"] == []
