"""A node that has outputs returns something."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._body import end_of_block, is_none, method_body, returns
from studio_conformance.subject import Node


@check(
    "SIGNATURE-024",
    "gives-result",
    title="A node that declares outputs returns something.",
    why=(
        "A method without a return gives None: what follows a v3 node gets None for each output "
        "without a word, and a v1 node ends the run with an error."
    ),
    fix="Return the outputs at the end of the method.",
    level="error",
)
def gives_result(node: Node) -> Iterator[Violation]:
    if not node.outputs:
        raise NotApplicable("the node has no outputs")
    function = method_body(node, "execute")
    if any(not is_none(each.value) for each in returns(function)):
        return
    if returns(function) or end_of_block(function.body) == "surely":
        yield Violation("the method returns nothing", node.locate_method("execute"), "execute")
