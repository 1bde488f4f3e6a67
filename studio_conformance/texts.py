"""Which inputs of a node take any text: what whoever can post a prompt decides."""

from __future__ import annotations

from reference_runtime.description import InputFacts
from studio_conformance.subject import Node


def text_inputs(node: Node) -> list[str]:
    """Inputs through which any text reaches the node.

    A list of options counts where the node's own validator takes the place of the host's.
    """
    return [facts["id"] for facts in node.inputs if _takes_text(node, facts)]


def _takes_text(node: Node, facts: InputFacts) -> bool:
    if facts["options"] is not None:
        return not facts["spec"].get("multiselect") and _own_validator(node, facts["id"])
    return facts["io_type"] == "STRING"


def _own_validator(node: Node, name: str) -> bool:
    method = node.method("validate_inputs") or node.method("VALIDATE_INPUTS")
    parameters = (method["parameters"] or []) if method else []
    return any(each["name"] == name or each["kind"] == "var_keyword" for each in parameters)
