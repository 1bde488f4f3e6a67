"""What packs send to the browser, byte by byte."""

from __future__ import annotations

import io
import json

import pytest

from reference_runtime.host.frames import frame_of, sender
from reference_runtime.host.standins.server import BinaryEventTypes, PromptServer

PREVIEW = BinaryEventTypes.UNENCODED_PREVIEW_IMAGE


def test_an_event_with_a_name_is_json() -> None:
    assert json.loads(frame_of("my-event", {"n": [1]})) == {"type": "my-event", "data": {"n": [1]}}


def test_a_text_of_a_node_has_its_id_before_it() -> None:
    expected = b"\0\0\0\3" + b"\0\0\0\2" + b"12" + "naïve".encode()
    assert frame_of(BinaryEventTypes.TEXT, ("naïve", 12)) == expected
    assert frame_of(BinaryEventTypes.TEXT, (b"raw", "7")) == b"\0\0\0\3\0\0\0\x017raw"


@pytest.mark.parametrize(("kind", "number"), [("JPEG", 1), ("PNG", 2)])
def test_a_preview_is_made_as_large_as_wanted(kind: str, number: int) -> None:
    pillow = pytest.importorskip("PIL.Image")
    frame = frame_of(PREVIEW, (kind, pillow.new("RGB", (640, 320)), 64))
    assert isinstance(frame, bytes)
    assert frame[:8] == bytes([0, 0, 0, 1, 0, 0, 0, number])
    shown = pillow.open(io.BytesIO(frame[8:]))
    assert (shown.format, shown.size) == (kind, (64, 32))
    whole = frame_of(PREVIEW, (kind, pillow.new("RGB", (6, 3)), None))
    assert pillow.open(io.BytesIO(whole[8:])).size == (6, 3)  # type: ignore[arg-type]


def test_bytes_of_the_packs_own_go_as_they_are() -> None:
    assert frame_of(1, b"\0\0\0\1xyz") == b"\0\0\0\1\0\0\0\1xyz"


def test_what_cannot_be_sent_is_told_and_does_not_fail_the_node(
    capsys: pytest.CaptureFixture[str],
) -> None:
    posted: list[tuple[str | bytes, str | None]] = []
    server = PromptServer(on_send=sender(lambda frame, sid: posted.append((frame, sid))))
    server.send_sync("odd", {"x": object()})
    assert "not JSON serializable" in capsys.readouterr().err
    server.send_sync("good", 1, "me")
    assert posted == [('{"type": "good", "data": 1}', "me")]
    assert server.sent == []
