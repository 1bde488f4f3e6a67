"""What separates a pack's worker from other packs, as reports tell it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reference_runtime.environments.building import Environment

SHOWN = 6
"""Distributions that the terminal names."""


def isolation_facts(kind: str, environment: Environment | None) -> dict[str, Any]:
    """Plain data: the kind, and the pack's own environment with what is in it and what is lent."""
    if environment is None:
        return {
            "kind": kind,
            "python": None,
            "environment": None,
            "installed": {},
            "lent": {},
            "why_not_lent": "",
        }
    facts = environment.entry.facts
    return {
        "kind": kind,
        "python": facts["plan"]["python"]["version"],
        "environment": environment.entry.key,
        "installed": environment.installed,
        "lent": {n: v for n, v in environment.lent.items() if n not in environment.installed},
        "why_not_lent": facts["lent_reason"],
    }


def isolation_line(facts: dict[str, Any]) -> str:
    """One line for the terminal."""
    if facts["kind"] == "none":
        return (
            "not isolated: the pack ran unconfined in pytest's own process; what pytest or a "
            "debugger does there may be taken for its doing"
        )
    if facts["environment"] is None:
        return "no environment of its own could be had" if facts["kind"] == "venv" else ""
    installed, lent = facts["installed"], facts["lent"]
    shown = [f"{name} {version}" for name, version in installed.items()]
    if len(shown) > SHOWN:
        shown[SHOWN:] = [f"{len(shown) - SHOWN} more"]
    torch = f"torch {lent['torch']} lent by the host" if "torch" in lent else "no torch lent"
    why = f" ({facts['why_not_lent']})" if facts["why_not_lent"] else ""
    parts = [f"python {facts['python']}", *(shown or ["nothing installed"]), torch + why]
    return f"environment of its own: {', '.join(parts)}"
