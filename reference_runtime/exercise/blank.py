"""Facts of a run of which nothing is known yet; both sides fill them."""

from __future__ import annotations

from reference_runtime.exercise.facts import CaseFacts


def blank_facts(declared: int) -> CaseFacts:
    """``declared``: how many outputs the node declares."""
    return {
        "outcome": "not_run",
        "reason": "",
        "failure": None,
        "form": None,
        "form_type": "",
        "declared": declared,
        "returned": None,
        "length_differs": False,
        "outputs": [],
        "ui": None,
        "expand": None,
        "blocks": "",
        "mutations": [],
        "changes": [],
        "generators": {},
        "effects": [],
        "hooks": [],
        "seconds": 0.0,
        "blocked_loop": None,
        "is_async": False,
        "peak_bytes": 0,
        "resident": [],
        "printed": "",
    }
