"""Hidden inputs of a v1 node are bare strings."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node

DELIVERED = (
    "PROMPT",
    "UNIQUE_ID",
    "EXTRA_PNGINFO",
    "DYNPROMPT",
    "AUTH_TOKEN_COMFY_ORG",
    "API_KEY_COMFY_ORG",
    "AUTH_TOKEN_STUDIO_ORG",
    "API_KEY_STUDIO_ORG",
)
"""What the host delivers. Tuples of something else are read by the pack's own web extension."""


@check(
    "V1-014",
    "hidden-bare-strings",
    title="Each hidden input is given as a bare string, not as a tuple.",
    why=(
        "The host compares the value itself with PROMPT, UNIQUE_ID and so on. A tuple equals none "
        "of them: the value is never delivered and the node gets nothing, or fails."
    ),
    fix='Write "hidden": {"unique_id": "UNIQUE_ID"}, without parentheses and comma.',
    level="error",
    kinds=("v1",),
)
def hidden_bare_strings(node: Node) -> Iterator[Violation]:
    for item in node.hidden:
        if item["form"] == "tuple" and item["value"] in DELIVERED:
            message = f"hidden input {item['name']!r} is given in a tuple"
            yield Violation(message, node.locate(item["name"]), item["name"])
