"""Keys of the cache: two nodes with the same key give the same, so that only one of them runs.

A key is a digest of the class, the fingerprint, the constants and the keys of what is linked, so
it is made once per node and costs nothing but the node's own inputs. Source of the rules: facts of
the host's caching; the node's id counts only where the class says so.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import math
from collections.abc import Mapping
from typing import Any

from reference_runtime.engine.links import is_link
from reference_runtime.engine.nodehost import NodeFacts

_unique = itertools.count()


def key_of(
    node_id: str,
    facts: NodeFacts,
    inputs: Mapping[str, Any],
    fingerprint: Any,
    parents: Mapping[str, str],
) -> str:
    """The key of a node. ``parents``: keys of the linked nodes by id.

    What can't be compared (NaN, objects) makes a key that no other equals, not even later.
    """
    with_id = facts.not_idempotent or facts.id_in_key
    parts: list[Any] = [facts.class_type, node_id if with_id else None, _encoded(fingerprint)]
    for name in sorted(inputs):
        value = inputs[name]
        if is_link(value):
            # A link to nothing is told by its id: validation let it pass only where nobody looks.
            parts.append([name, "link", parents.get(value[0], value[0]), value[1]])
        else:
            parts.append([name, "value", _encoded(value)])
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=16).hexdigest()


def _encoded(value: Any) -> str:
    try:
        text = json.dumps(value, sort_keys=True, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return _comparable(value)
    return text


def _comparable(value: Any) -> str:
    """A text for what JSON can't hold: infinities compare, sets do; all else equals nothing."""
    if isinstance(value, float) and not math.isnan(value):
        return repr(value)
    if isinstance(value, (list, tuple)):
        return f"[{','.join(_encoded(item) for item in value)}]"
    if isinstance(value, (set, frozenset)):
        return f"{{{','.join(sorted(_encoded(item) for item in value))}}}"
    if isinstance(value, bytes):
        return repr(value)
    return f"unique {next(_unique)}"
