"""Plans of made-up nodes, for tests of what they are run on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from descriptions import a_node, a_pack, an_input

from reference_runtime.exercise.facts import Case
from studio_conformance.strategies import Plan, plan_for
from studio_conformance.subject import Node, Pack

AFTER = 40
"""Random cases that a test looks at."""


def node_with(*inputs: Any, **fields: Any) -> Node:
    return Pack(Path("/pack"), a_pack(a_node(inputs=list(inputs), **fields))).nodes[0]


def plan_of(*inputs: Any, **settings: Any) -> Plan:
    return plan_for(node_with(*inputs), **settings)


def cases_of(*inputs: Any, **settings: Any) -> dict[str, Case]:
    """The systematic cases by id; fails where two have the same."""
    cases = plan_of(*inputs, **settings).systematic
    found = {case["id"]: case for case in cases}
    assert len(found) == len(cases)
    return found


def drawn(*inputs: Any, **settings: Any) -> list[Case]:
    """Random cases."""
    plan = plan_of(*inputs, **settings)
    assert plan.random is not None
    return plan.random(AFTER)


def number(name: str = "width", **spec: Any) -> Any:
    """An INT; an option that is None is left out."""
    given = {"default": 4, "min": 1, "max": 9, **spec}
    return an_input(name, "INT", spec={k: v for k, v in given.items() if v is not None})
