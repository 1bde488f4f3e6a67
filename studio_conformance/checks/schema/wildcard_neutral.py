"""A v1 input of type * uses a type object that matches everything."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.subject import Node


@check(
    "SCHEMA-017",
    "wildcard-neutral",
    title="A v1 input of type * uses a type object that matches everything.",
    why=(
        "On this host the server compares types with !=, asking the output's side "
        "first: a plain '*' differs from every type but itself, and each link to the "
        "input is refused."
    ),
    fix=(
        "Give an instance of a str subclass whose __ne__ returns False, or take input_types in "
        "VALIDATE_INPUTS and judge them there."
    ),
    level="warning",
    kinds=("v1",),
    api_levels=("comfy-0.3.64", "studio-0.3.71"),
)
def wildcard_neutral(node: Node) -> Iterator[Violation]:
    if _leaves_types_alone(node):
        raise NotApplicable("the validator takes input_types: the server compares no types")
    for item in node.inputs:
        if item["io_type"] == "*" and not item["neutral"]:
            message = f"input {item['id']!r} is a plain '*', which no link can reach"
            yield Violation(message, node.locate(item["id"]), item["id"])


def _leaves_types_alone(node: Node) -> bool:
    validator = node.method("VALIDATE_INPUTS")
    parameters = (validator and validator["parameters"]) or []
    return any(each["name"] == "input_types" for each in parameters)
