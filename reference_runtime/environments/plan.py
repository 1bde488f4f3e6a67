"""Everything that decides what a pack's environment holds, and its digest: the key of the cache."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reference_runtime.environments.errors import CannotBuild
from reference_runtime.environments.interpreters import Interpreter, choose
from reference_runtime.environments.lending import FAMILY, Loan, asked_of_the_family, lend, unmet
from reference_runtime.environments.requirements import Requirements, read_requirements
from reference_runtime.environments.uv import Uv, digest, find_uv, settings

FORMAT = 1
"""Part of every key: environments that an older version of this code built are not reused."""
ALLOW_BUILDS = "STUDIO_CONFORMANCE_ALLOW_BUILDS"
"""Variable: set to 1, sources are built too, which runs their code unconfined in this process's
place. Else only wheels are installed, and nothing of a pack runs before its worker does."""


@dataclass(frozen=True)
class Plan:
    """What is to be installed, for which Python, by what."""

    requirements: Requirements
    python: Interpreter
    loan: Loan
    uv: Uv
    settings: tuple[tuple[str, str], ...]
    builds: bool

    @property
    def wanted(self) -> list[str]:
        """Lines for the installer; what is lent is not among them."""
        lent = self.loan.family
        return sorted({r.text for r in self.requirements.wanted if r.name not in lent})

    @property
    def constraints(self) -> list[str]:
        return sorted({r.text for r in self.requirements.constraints} | {*self.loan.constraints()})

    @property
    def excluded(self) -> list[str]:
        """Distributions that are never installed, whoever needs them."""
        return list(FAMILY) if self.loan.distributions else []

    @property
    def options(self) -> list[str]:
        return list(dict.fromkeys(text for text, _ in self.requirements.options))

    def facts(self) -> dict[str, Any]:
        """All that decides, as plain data."""
        return {
            "format": FORMAT,
            "wanted": self.wanted,
            "constraints": self.constraints,
            "excluded": self.excluded,
            "options": self.options,
            "python": self.python.facts(),
            "lent": self.loan.facts(),
            "uv": self.uv.version,
            "settings": dict(self.settings),
            "builds": self.builds,
        }

    @property
    def key(self) -> str:
        """40 hexadecimal digits; the same for packs that need the same."""
        return digest(json.dumps(self.facts(), sort_keys=True))[:40]


def plan_for(pack: Path) -> Plan:
    """What the environment of the pack at ``pack`` must hold; nothing is installed.

    Raises BadRequirements, MachineLacks (no uv, no such Python) and CannotBuild, when the pack
    needs what is never installed, or another torch than the host lends.
    """
    requirements = read_requirements(pack)
    if requirements.refused:
        raise CannotBuild("; ".join(map(str, requirements.refused)))
    python = choose(requirements)
    loan = lend(requirements, python)
    _check_family(requirements, loan)
    return Plan(
        requirements,
        python,
        loan,
        find_uv(),
        tuple(settings().items()),
        os.environ.get(ALLOW_BUILDS, "") not in ("", "0"),
    )


def _check_family(requirements: Requirements, loan: Loan) -> None:
    about = asked_of_the_family(requirements.wanted)
    origins = {str(r.origin): [r.text] for r in about}
    for where, text, version in unmet(origins.items(), loan.family):
        raise CannotBuild(
            f"{where}: the pack needs {text}; the host lends {version}. Loosen the requirement, or "
            "say share_torch: false in pyisolate.yaml to have a torch of its own"
        )
