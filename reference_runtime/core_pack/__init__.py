"""The nodes that a server of ours brings itself, as a pack: those of the host's that need no model.

Their declarations are facts of the host (``host.core_classes``) or stated here; what they do is
ours. Files are read below the input, output or temp folder only.
"""

from __future__ import annotations

from typing import Any

from reference_runtime.core_pack.lists import LISTS
from reference_runtime.core_pack.primitives import PRIMITIVES
from reference_runtime.core_pack.v1 import v1_classes

NODE_CLASS_MAPPINGS: dict[str, Any] = {
    **v1_classes(),
    **{cls.GET_SCHEMA().node_id: cls for cls in (*LISTS, *PRIMITIVES)},
}
NODE_DISPLAY_NAME_MAPPINGS: dict[str, str] = {
    key: cls.GET_SCHEMA().display_name
    for key, cls in NODE_CLASS_MAPPINGS.items()
    if hasattr(cls, "GET_SCHEMA")
}
