"""Hidden values that the host hands to a node, by token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reference_runtime.engine.nodehost import NodeFacts

_FROM_EXTRA = {
    "EXTRA_PNGINFO": "extra_pnginfo",
    "AUTH_TOKEN_COMFY_ORG": "auth_token_comfy_org",
    "API_KEY_COMFY_ORG": "api_key_comfy_org",
    "AUTH_TOKEN_STUDIO_ORG": "auth_token_studio_org",
    "API_KEY_STUDIO_ORG": "api_key_studio_org",
}
"""Key of a prompt's extra data that holds the value."""


def hook_inputs(facts: NodeFacts, node_id: str) -> dict[str, list[Any]]:
    """Hidden values among the inputs of a v1 node's hooks, which know no prompt yet."""
    if facts.is_v3:
        return {}
    values = hidden_values(facts, node_id, {}, {}, None)
    return {name: [values[token]] for name, token in facts.hidden.items() if token in values}


def hidden_values(
    facts: NodeFacts,
    node_id: str,
    prompt: Mapping[str, Any],
    extra_data: Mapping[str, Any],
    dynprompt: Any,
) -> dict[str, Any]:
    """What the node asks for, and nothing else: a prompt may be big, and keys are secrets."""
    wanted = frozenset(facts.hidden.values())
    values: dict[str, Any] = {}
    if "UNIQUE_ID" in wanted:
        values["UNIQUE_ID"] = node_id
    if "PROMPT" in wanted:
        values["PROMPT"] = prompt
    if "DYNPROMPT" in wanted and dynprompt is not None:
        values["DYNPROMPT"] = dynprompt
    for token, key in _FROM_EXTRA.items():
        if token in wanted:
            values[token] = extra_data.get(key)
    return values
