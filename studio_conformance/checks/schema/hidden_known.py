"""Every hidden input is one that the host delivers."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node

_DELIVERED = frozenset(
    {
        "API_KEY_COMFY_ORG",
        "API_KEY_STUDIO_ORG",
        "AUTH_TOKEN_COMFY_ORG",
        "AUTH_TOKEN_STUDIO_ORG",
        "DYNPROMPT",
        "EXTRA_PNGINFO",
        "PROMPT",
        "UNIQUE_ID",
    }
)

_SENT = frozenset({"*", "BOOLEAN", "COMBO", "FLOAT", "INT", "STRING"})
"""Types of hidden entries that clients fill in: the host passes on what stands in the prompt."""


@check(
    "SCHEMA-018",
    "hidden-known",
    title="Every hidden input is one that the host delivers.",
    why=(
        "The host fills in the hidden values it knows and drops the rest without a "
        "word: the node gets None, or fails for want of an argument."
    ),
    fix="List members of io.Hidden (v1: UNIQUE_ID, PROMPT, EXTRA_PNGINFO or DYNPROMPT).",
    level="error",
)
def hidden_known(node: Node) -> Iterator[Violation]:
    for item in node.hidden:
        if node.kind == "v3" and item["form"] != "member":
            message = f"hidden {item['name']!r} is no member of io.Hidden"
            yield Violation(message, node.locate(item["name"]), item["name"])
        elif item["form"] == "string" and item["value"] not in _DELIVERED | _SENT:
            message = f"hidden input {item['name']!r} asks for {item['value']!r}, which no host has"
            yield Violation(message, node.locate(item["name"]), item["name"])
