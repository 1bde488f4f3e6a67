"""The methods of a v3 node are classmethods."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node

_ROLES = ("validate_inputs", "fingerprint_inputs", "check_lazy_status")


@check(
    "SIGNATURE-004",
    "methods-are-classmethods",
    title="The methods that a v3 node overrides are classmethods.",
    why=(
        "The host looks for the function inside a classmethod and fails with an AttributeError "
        "about __func__ on anything else: the workflow is refused or the run fails."
    ),
    fix="Put @classmethod above the method and take cls first.",
    level="error",
    kinds=("v3",),
)
def methods_are_classmethods(node: Node) -> Iterator[Violation]:
    # Without a sound define_schema and execute there is no schema: node-registers tells of it.
    if not node.described:
        raise NotApplicable("the node gives no schema (see node-registers)")
    for role in _ROLES:
        method = node.method(role)
        if method is not None and method["form"] != "classmethod":
            form = "staticmethod" if method["form"] == "staticmethod" else "plain function"
            yield Violation(f"{role} is a {form}", node.locate_method(role), role)
