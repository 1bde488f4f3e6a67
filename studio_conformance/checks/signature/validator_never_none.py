"""The validator says something on every path."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Location, Violation, check
from studio_conformance.checks._body import end_of_block, is_none, method_body, returns
from studio_conformance.checks._parameters import either
from studio_conformance.subject import Node


@check(
    "SIGNATURE-010",
    "validator-never-none",
    title="The validator returns True, False or a message on every path, never None.",
    why=(
        "Anything that is not True counts as a refusal. A validator that forgets `return True` "
        "refuses every sound workflow, and without saying why."
    ),
    fix="End the validator with `return True`; return a message where an input is wrong.",
    level="error",
)
def validator_never_none(node: Node) -> Iterator[Violation]:
    role = either(node, "VALIDATE_INPUTS", "validate_inputs")
    function = method_body(node, role)
    file = node.locate_method(role).file
    for statement in returns(function):
        if is_none(statement.value):
            yield Violation(f"{role} returns None here", Location(file, statement.lineno), role)
    if end_of_block(function.body) == "surely":
        where = Location(file, function.body[-1].lineno)
        yield Violation(f"{role} can end without a return: that gives None", where, role)
