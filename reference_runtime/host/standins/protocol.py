"""``protocol``: the kinds of binary WebSocket messages."""

from __future__ import annotations


class BinaryEventTypes:
    """First four bytes of a binary message, as a number."""

    PREVIEW_IMAGE = 1
    UNENCODED_PREVIEW_IMAGE = 2
    TEXT = 3
    PREVIEW_IMAGE_WITH_METADATA = 4
