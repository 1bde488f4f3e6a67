"""Made-up inspections, so that what runs checks is tested without a worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from descriptions import a_pack, an_inspection
from rules import RULES

from reference_runtime.runtime import Inspection, PackSpec
from studio_conformance import checks, config, session

Inspect = Callable[[PackSpec], Inspection]


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> dict[str, checks.Check]:
    """The made-up rules of ``rules.py`` in place of the shipped checks."""
    for module in (checks, config):
        monkeypatch.setattr(module, "all_checks", lambda: RULES)
    return RULES


@pytest.fixture
def inspections(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What loading a pack gives, by folder name: an Inspection, a description, or an exception."""
    known: dict[str, object] = {}

    def inspect_pack(spec: PackSpec, *, on_progress: object = None) -> Inspection:
        found = known.get(Path(spec.path).name, a_pack())
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, Inspection) else an_inspection(found)  # type: ignore[arg-type]

    monkeypatch.setattr(session, "inspect_pack", inspect_pack)
    return known
