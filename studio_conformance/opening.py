"""What a run does first: find the pack, its settings and level, and let a worker start to load it.

Imports little: loading takes longest, and what judges afterwards is imported beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference_runtime.isolation.confining import Sandbox, lowered_abi
from reference_runtime.levels import Level, UnknownLevel
from reference_runtime.loading.level import resolve_level
from reference_runtime.runtime import Inspecting, PackSpec
from studio_conformance.config import BadSettings, BrokenToml, Settings, load_settings
from studio_conformance.options import WrongUsage, overrides
from studio_conformance.packs import Target, UnusablePack, find_pack

if TYPE_CHECKING:
    from reference_runtime.isolation.ahead import Ahead

MAX_MEMORY = 8 << 30
"""Bytes of private memory that a process of a pack may ask for; its tree is watched while nodes
run, and has a lower bound."""
REFUSALS = (UnusablePack, BadSettings, BrokenToml, UnknownLevel)
"""Why an argument can't be made into a pack."""


@dataclass
class Opened:
    """One pack as asked for, with all that decides how its worker loads it."""

    argument: str
    target: Target
    settings: Settings
    level: Level
    level_reason: str
    begun: Inspecting | None = None
    """The worker that loads it already."""

    def spec(self, python: str | None = None) -> PackSpec:
        return spec_of(self.target, self.settings, self.level, python)

    def close(self) -> None:
        """End the worker, if there is one; safe to call again, and after it was waited for."""
        if self.begun is not None:
            self.begun.close()


def spec_of(
    target: Target, settings: Settings, level: Level, python: str | None = None
) -> PackSpec:
    """How a worker is to load the pack, with ``python`` as its interpreter (None: this one)."""
    return PackSpec(
        target.path,
        level.name,
        settings.mode,
        settings.timeout,
        python,
        isolated=settings.isolation != "none",
        fakes=settings.fakes,
        sandbox=Sandbox(
            observe=settings.sandbox == "observe",
            wrap=settings.sandbox == "wrap",
            read=settings.allow_read,
            abi=lowered_abi(),
            max_memory=MAX_MEMORY,
        ),
    )


def open_target(argument: str, given: Mapping[str, Any], cwd: Path) -> Opened:
    """Find one pack. ``given``: fields of Settings from the command line. Raises ``REFUSALS``."""
    target = find_pack(argument, cwd)
    configured = load_settings(target.path)
    level, reason = resolve_level(target.path, given.get("api"), configured.api)
    return Opened(argument, target, replace(configured, **given), level, reason)


def given_by(option: Any) -> dict[str, Any]:
    """The fields of Settings that the command line gives, but for codes of checks.

    To know all codes takes as long as a worker takes to start. Raises WrongUsage.
    """
    return overrides(
        api=option.studio_api,
        mode=option.studio_mode,
        level=option.studio_level,
        timeout=option.studio_timeout,
        isolation=option.studio_isolation,
        max_examples=option.studio_max_examples,
        budget=option.studio_budget,
        calls=option.studio_calls,
        sandbox=option.studio_sandbox,
        allow_read=option.studio_allow_read,
        fakes=option.studio_fakes,
        baseline=option.studio_baseline,
    )


def begin_early(option: Any, cwd: Path, ahead: Ahead) -> Opened | None:
    """Begin to load the pack in the process ``ahead``, where it is to have one of this interpreter.

    Tells of nothing that is wrong: ``open_session``, which looks at everything again, does.
    """
    try:
        opened = open_target(option.studio_pack[0], given_by(option), cwd)
        if opened.settings.isolation == "process":
            opened.begun = Inspecting(opened.spec(), ahead)
    except (*REFUSALS, WrongUsage):
        return None
    except Exception:  # The session begins once more, and notes what breaks.
        return None
    return opened
