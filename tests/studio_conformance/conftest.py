"""Made-up inspections, so that what runs checks is tested without a worker."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from descriptions import a_pack, an_inspection
from rules import RULES

from reference_runtime.runtime import Inspection, PackSpec
from studio_conformance import checks, opening, pack_run

Inspect = Callable[[PackSpec], Inspection]


@pytest.fixture
def rules(monkeypatch: pytest.MonkeyPatch) -> dict[str, checks.Check]:
    """The made-up rules of ``rules.py`` in place of the shipped checks."""
    monkeypatch.setattr(checks, "all_checks", lambda: RULES)
    own = lambda family: tuple(rule for rule in RULES.values() if rule.family == family)  # noqa: E731
    monkeypatch.setattr(checks, "checks_of", own)
    return RULES


@pytest.fixture
def inspections(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """What loading a pack gives, by folder name: an Inspection, a description, or an exception."""
    known: dict[str, object] = {}

    class Inspecting:
        def __init__(self, spec: PackSpec) -> None:
            self.found = known.get(Path(spec.path).name, a_pack())

        def result(self, on_progress: object = None, on_node: object = None) -> Inspection:
            if isinstance(self.found, Exception):
                raise self.found
            found = self.found
            return found if isinstance(found, Inspection) else an_inspection(found)  # type: ignore[arg-type]

        def close(self) -> None:
            pass

        def __enter__(self) -> Inspecting:
            return self

        def __exit__(self, *error: object) -> None:
            self.close()

    for module in (opening, pack_run):
        monkeypatch.setattr(module, "Inspecting", Inspecting)
    return known
