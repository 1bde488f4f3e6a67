"""Frames: strict JSON in lines, bounded; what breaks the rules is named."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_runtime.isolation import rpc

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc\n\u2028"), inner),
    max_leaves=12,
)


@given(JSON, st.lists(st.integers(1, 40), max_size=20))
def test_what_is_sent_arrives_however_the_stream_is_cut(value: Any, cuts: list[int]) -> None:
    sent = [rpc.success(1, value), rpc.notification("progress", {"doing": "x"})]
    stream = b"".join(rpc.encode(message) for message in sent)
    reader, arrived, position = rpc.FrameReader(), [], 0
    for cut in [*cuts, len(stream)]:
        arrived += reader.feed(stream[position : position + cut])
        position += cut
    reader.end()
    assert arrived == sent


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"[]",
        b"null",
        b"{}",
        b'{"jsonrpc":"1.0"}',
        b'{"jsonrpc":"2.0","id":1,"result":NaN}',
        b'{"jsonrpc":"2.0","id":1,"result":-Infinity}',
        b'{"jsonrpc":"2.0","id":1,"result":"\xff"}',
        b'{"jsonrpc":"2.0"} {}',
        b'{"jsonrpc":"2.0","id":1,"result":x}',
        b'{"jsonrpc":"2.0","id":1,"result":1.5E+0999}',
        b"[" * 200_000,
        b'{"jsonrpc":"2.0","id":' + b"9" * 10_000 + b"}",
    ],
)
def test_garbage_is_refused(line: bytes) -> None:
    with pytest.raises(rpc.GarbageFrame):
        rpc.FrameReader().feed(line + b"\n")


@pytest.mark.parametrize("dead", [[], [4096], [0, 1 << 40]])
def test_dead_blocks_go_along_with_a_frame(dead: list[int]) -> None:
    frame = rpc.with_dead(rpc.encode(rpc.success(1, "e1 000")), lambda: dead)
    message = rpc.decode(frame[:-1])
    assert message.pop("dead", []) == dead
    assert message == rpc.success(1, "e1 000")


def test_a_frame_that_is_nearly_too_long_takes_none_along(monkeypatch: pytest.MonkeyPatch) -> None:
    frame = rpc.encode(rpc.success(1, "x" * 100))
    monkeypatch.setattr(rpc, "MAX_FRAME", len(frame))
    assert rpc.with_dead(frame, lambda: pytest.fail("they would be lost")) == frame


def test_words_that_look_like_large_numbers_arrive() -> None:
    message = rpc.success(1, {"cafe123": ["E+999", "1e999", 1.5]})
    assert rpc.decode(rpc.encode(message)[:-1]) == message


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_numbers_that_are_no_json_are_not_sent(value: float) -> None:
    with pytest.raises(ValueError, match="not JSON compliant"):
        rpc.encode(rpc.success(1, value))


def test_lone_surrogates_do_not_cross() -> None:
    (arrived,) = rpc.FrameReader().feed(rpc.encode(rpc.success(1, "a\udc80b")))
    assert arrived["result"] == "a?b"


def test_an_oversize_frame_is_refused_before_it_is_complete(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rpc, "MAX_FRAME", 100)
    fits = b'{"jsonrpc":"2.0","x":"' + b"y" * (100 - 25) + b'"}\n'
    assert len(fits) == 100
    assert rpc.FrameReader().feed(fits)
    reader = rpc.FrameReader()
    reader.feed(b"y" * 60)
    with pytest.raises(rpc.OversizeFrame):
        reader.feed(b"y" * 60)
    with pytest.raises(rpc.OversizeFrame):
        rpc.encode(rpc.success(1, "y" * 100))


def test_a_half_frame_is_noticed_at_the_end() -> None:
    reader = rpc.FrameReader()
    reader.feed(b'{"jsonrpc":')
    with pytest.raises(rpc.HalfFrame, match="jsonrpc"):
        reader.end()


@pytest.mark.parametrize("number", [None, 2, "1", True, 1.0])
def test_an_answer_to_another_request_is_refused(number: Any) -> None:
    with pytest.raises(rpc.WrongId):
        rpc.result_of({"jsonrpc": "2.0", "id": number, "result": 0}, 1)


@pytest.mark.parametrize(
    "answer",
    [
        {"id": 1},
        {"id": 1, "result": 0, "error": {"code": 1, "message": ""}},
        {"id": 1, "error": "text"},
        {"id": 1, "error": {"code": "x", "message": ""}},
    ],
)
def test_a_malformed_answer_is_garbage(answer: dict[str, Any]) -> None:
    with pytest.raises(rpc.GarbageFrame):
        rpc.result_of({"jsonrpc": "2.0", **answer}, 1)


def test_an_error_answer_carries_code_and_message() -> None:
    with pytest.raises(rpc.RemoteError, match="no method 'eval'") as caught:
        rpc.result_of(rpc.answer({}, rpc.request(1, "eval", {})), 1)
    assert caught.value.code == rpc.NO_SUCH_METHOD


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ({"id": None, "method": "m", "params": {}}, rpc.INVALID_REQUEST),
        ({"id": 1, "params": {}}, rpc.INVALID_REQUEST),
        ({"id": 1, "method": "__init__", "params": {}}, rpc.NO_SUCH_METHOD),
        ({"id": 1, "method": "m", "params": []}, rpc.INVALID_PARAMS),
        ({"id": 1, "method": "m", "params": {"raise": True}}, rpc.METHOD_RAISED),
    ],
)
def test_a_bad_request_gets_an_error_answer(message: dict[str, Any], code: int) -> None:
    def method(params: dict[str, Any]) -> int:
        return 1 // (0 if params.get("raise") else 1)

    assert rpc.answer({"m": method}, message)["error"]["code"] == code


def test_a_result_that_cannot_be_sent_becomes_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    for result, code in ((math.nan, rpc.METHOD_RAISED), ({1, 2}, rpc.METHOD_RAISED)):
        (answer,) = rpc.FrameReader().feed(rpc.encode_answer(rpc.success(4, result)))
        assert (answer["id"], answer["error"]["code"]) == (4, code)
    monkeypatch.setattr(rpc, "MAX_FRAME", 200)
    (answer,) = rpc.FrameReader().feed(rpc.encode_answer(rpc.success(4, "y" * 300)))
    assert answer["error"]["code"] == rpc.RESULT_TOO_LARGE


def test_rewriting_happens_before_decoding() -> None:
    reader = rpc.FrameReader(lambda line: line.replace(b"/tmp/abc", b"<host>"))
    (message,) = reader.feed(rpc.encode(rpc.success(1, ["/tmp/abc/models"])))
    assert message["result"] == ["<host>/models"]
