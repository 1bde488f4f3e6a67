"""What packs send to the browser through ``PromptServer``, as frames of the WebSocket.

A text frame is JSON with ``type`` and ``data``. A binary one begins with the kind of event as four
bytes, big-endian; a preview follows as its format (1 JPEG, 2 PNG) in four bytes and the picture, a
text of a node as the length of the node's id in four bytes, the id and the text. Source: what
ComfyUI 0.3.64 sends.
"""

from __future__ import annotations

import io
import json
import struct
import traceback
from collections.abc import Callable
from typing import Any

from reference_runtime.host.standins.protocol import BinaryEventTypes

FORMATS = {"JPEG": 1, "PNG": 2}


def frame_of(event: Any, data: Any) -> str | bytes:
    """The frame for an event: a text for names, bytes for the numbers of ``BinaryEventTypes``.

    Raises TypeError and ValueError for data that the host could not send either.
    """
    if isinstance(event, str):
        return json.dumps({"type": event, "data": data})
    if event == BinaryEventTypes.UNENCODED_PREVIEW_IMAGE:
        return _binary(BinaryEventTypes.PREVIEW_IMAGE, _picture(*data))
    if event == BinaryEventTypes.TEXT and isinstance(data, tuple):
        return _binary(event, _text(*data))
    return _binary(event, bytes(data))


def sender(post: Callable[[str | bytes, str | None], None]) -> Callable[[Any, Any, Any], None]:
    """For ``PromptServer.on_send``: hands frames on.

    What can't be sent is told on stderr and left out: on the host too a node learns nothing of it.
    """

    def send(event: Any, data: Any, sid: Any) -> None:
        try:
            post(frame_of(event, data), None if sid is None else str(sid))
        except Exception:
            traceback.print_exc()

    return send


def _binary(event: int, data: bytes) -> bytes:
    return struct.pack(">I", event) + data


def _text(text: Any, node_id: Any) -> bytes:
    name = str(node_id).encode()
    told = bytes(text) if isinstance(text, (bytes, bytearray)) else str(text).encode()
    return struct.pack(">I", len(name)) + name + told


def _picture(kind: str, image: Any, side: int | None) -> bytes:
    """``image``: of Pillow; its longer side becomes ``side`` pixels, where that is given."""
    if side is not None:
        ratio = side / max(image.size)
        image = image.resize([max(round(length * ratio), 1) for length in image.size])
    encoded = io.BytesIO()
    number = FORMATS.get(kind, FORMATS["JPEG"])
    image.save(encoded, format="PNG" if number == FORMATS["PNG"] else "JPEG", quality=95)
    return struct.pack(">I", number) + encoded.getvalue()
