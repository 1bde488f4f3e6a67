"""Shared by the checks on the v1 attributes that run parallel to RETURN_TYPES."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio_conformance.checks import NotApplicable, Violation
from studio_conformance.subject import Node


def parallel_to_outputs(
    node: Node, name: str, allowed: tuple[type, ...], wanted: str
) -> Iterator[Violation]:
    """Violations of: ``name`` is a sequence of ``allowed`` values, one for each output.

    Raises NotApplicable when the attribute is absent or RETURN_TYPES is no sequence.
    """
    facts = node.attribute(name)
    if facts is None or facts["value"] is None:
        raise NotApplicable(f"the class has no {name}")
    where = node.locate_attribute(name)
    values = facts["value"]
    if not isinstance(values, list):
        message = f"{name} is a {facts['type']} ({values!r}), not a tuple or list"
        yield Violation(message, where, name)
        return
    count = _outputs(node)
    if len(values) != count:
        yield Violation(f"{name} has {len(values)} items for {count} outputs", where, name)
    odd = _odd(values, facts["defects"], allowed)
    for index in odd:
        message = f"{name}[{index}] is {values[index]!r}, not {wanted}"
        yield Violation(message, where, f"{name}[{index}]")


def _outputs(node: Node) -> int:
    facts = node.attribute("RETURN_TYPES")
    if facts is None or not isinstance(facts["value"], list):
        raise NotApplicable("RETURN_TYPES is no sequence (see return-types-sequence)")
    return len(facts["value"])


def _odd(values: list[Any], defects: list[Any], allowed: tuple[type, ...]) -> list[int]:
    """Indexes of values that are not of the allowed types (a defect stands as its repr)."""
    broken = {d["path"][0] for d in defects if d["path"]}
    return [i for i, value in enumerate(values) if i in broken or type(value) not in allowed]
