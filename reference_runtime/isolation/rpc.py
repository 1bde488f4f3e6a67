"""JSON-RPC 2.0 in lines: one UTF-8 JSON object per line, strict JSON, bounded size.

Both sides use it. A frame that breaks the rules ends the conversation: there is no resynchronising
with a peer whose stream can't be trusted. Nothing in a frame is ever looked up by name outside a
fixed table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any, NoReturn

PROTOCOL = 1
"""Version of what host and worker say to each other, and of the descriptions that are sent."""

MAX_FRAME = 64 * 1024 * 1024
"""Bytes in one line, newline included."""

PARSE_ERROR, INVALID_REQUEST, NO_SUCH_METHOD, INVALID_PARAMS = -32700, -32600, -32601, -32602
METHOD_RAISED, RESULT_TOO_LARGE = -32000, -32001
CANCELLED = -32800
"""As in the Language Server Protocol: the request was cancelled by who sent it."""

MAX_TEXT = 8000
"""Characters of a traceback, or of a message of an exception, that are sent."""

Message = dict[str, Any]


class ProtocolError(Exception):
    """The peer broke the protocol; the conversation is over."""


class GarbageFrame(ProtocolError):
    """A line that is no JSON object of the protocol."""


class HalfFrame(ProtocolError):
    """The stream ended in the middle of a line."""


class OversizeFrame(ProtocolError):
    """A line longer than MAX_FRAME."""


class WrongId(ProtocolError):
    """An answer to a request that is not pending."""


class RemoteError(Exception):
    """The peer answered a request with an error object.

    ``kind`` is the name of the exception's class over there and ``trace`` its traceback, both mere
    text; empty where the error is no exception.
    """

    def __init__(self, code: int, message: str, kind: str = "", trace: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.kind = kind
        self.trace = trace


def _refuse_constant(token: str) -> NoReturn:
    raise ValueError(f"{token} is not JSON")


_encoder = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
)


def _encode_function() -> Callable[[Any], str]:
    """What ``_encoder.encode`` does, without making a new encoder of C for each message."""
    make = getattr(json.encoder, "c_make_encoder", None)
    text = getattr(json.encoder, "c_encode_basestring", None)
    if make is None or text is None:
        return _encoder.encode
    put = make(None, _encoder.default, text, None, ":", ",", False, False, False)
    join = "".join
    return lambda message: join(put(message, 0))


# Bound now: a pack that replaces json.loads later must not reach the channel.
_encode = _encode_function()
_decoder: Any = json.JSONDecoder(parse_constant=_refuse_constant)
_decode, _scan = _decoder.decode, _decoder.scan_once
# Each begins with a letter, which is found quickly; a word before the digits does no harm.
_LARGE_EXPONENT = re.compile(rb"e\+?0*[1-9][0-9]{2}").search
_LARGE_EXPONENT_2 = re.compile(rb"E\+?0*[1-9][0-9]{2}").search
_MANY_DIGITS = re.compile(rb"[0-9]{300}").search


def _may_be_too_big(line: bytes) -> bool:
    """Whether there may be a number beyond the range of a float, e.g. 1e999."""
    if _LARGE_EXPONENT(line) is not None or _LARGE_EXPONENT_2(line) is not None:
        return True
    return len(line) >= 300 and _MANY_DIGITS(line) is not None


def _finite(token: str) -> float:
    number = float(token)
    if number - number != 0:
        raise ValueError(f"{token[:40]} is beyond the range of a float")
    return number


# The slow decoder: with a hook for floats the fast scanner calls back for each of them.
_decode_finite = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite).decode


def encode(message: Message) -> bytes:
    """One frame. Lone surrogates become "?"; ValueError for NaN, TypeError for other non-JSON.

    Raises OversizeFrame when the frame would be longer than MAX_FRAME.
    """
    try:
        frame = _encode(message).encode("utf-8", "replace") + b"\n"
    except RecursionError:
        raise ValueError("too many containers within each other, or one within itself") from None
    if len(frame) > MAX_FRAME:
        raise OversizeFrame(f"a frame of {len(frame)} bytes; the limit is {MAX_FRAME}")
    return frame


def with_dead(frame: bytes, take: Callable[[], list[int]]) -> bytes:
    """The frame with one member more: ``dead``, the numbers that ``take`` gives, if any.

    A message of its own for them would cost more than all else that a small call does.
    """
    if len(frame) > MAX_FRAME // 2:
        return frame  # there may be no room; they are told later
    dead = take()
    return (
        b'%b,"dead":[%b]}\n' % (frame[:-2], b",".join([b"%d" % n for n in dead])) if dead else frame
    )


def dead_in(message: Message) -> list[int]:
    """The numbers of ``with_dead``. Raises GarbageFrame."""
    dead = message["dead"]
    if not isinstance(dead, list) or set(map(type, dead)) - {int}:
        raise GarbageFrame("a malformed list of dead blocks")
    return dead


def decode(line: bytes) -> Message:
    """The message in one line (without newline). Raises GarbageFrame."""
    try:
        text = line.decode("utf-8")
        message = _decode_finite(text) if _may_be_too_big(line) else _decoded(text)
    except (ValueError, RecursionError) as error:
        raise GarbageFrame(f"no JSON ({error}): {_excerpt(line)}") from None
    if not isinstance(message, dict) or message.get("jsonrpc") != "2.0":
        raise GarbageFrame(f"no JSON-RPC 2.0 object: {_excerpt(line)}")
    return message


def _decoded(text: str) -> Any:
    """The value; without the search for white space around it, of which we send none."""
    try:
        value, end = _scan(text, 0)
    except StopIteration:
        return _decode(text)  # which says what is wrong
    return value if end == len(text) else _decode(text)


def _excerpt(line: bytes) -> str:
    text = line[:120].decode("utf-8", "backslashreplace")
    return repr(text) + (" ..." if len(line) > 120 else "")


class FrameReader:
    """Cuts a byte stream into messages. Memory is bounded by MAX_FRAME plus one read.

    ``rewrite`` is applied to each line before it is decoded.
    """

    def __init__(
        self, rewrite: Callable[[bytes], bytes] | None = None, limit: int | None = None
    ) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self.rewrite = rewrite
        self._limit = limit or MAX_FRAME

    def feed(self, data: bytes) -> list[Message]:
        """The messages completed by ``data``. Raises GarbageFrame or OversizeFrame."""
        return [decode(line) for line in self.lines(data)]

    def lines(self, data: bytes) -> list[bytes]:
        """The lines completed by ``data``, not yet decoded. Raises OversizeFrame."""
        if not self._parts and data.find(b"\n") == len(data) - 1 and 0 < len(data) <= self._limit:
            line = data[:-1]  # as nearly always: one line and all of it
            return [self.rewrite(line) if self.rewrite else line]
        *lines, rest = data.split(b"\n")
        if lines and self._parts:
            lines[0] = b"".join([*self._parts, lines[0]])
            self._parts, self._size = [], 0
        if rest:
            self._parts.append(rest)
            self._size += len(rest)
        if max(self._size, max(map(len, lines), default=0)) >= self._limit:
            raise OversizeFrame(f"more than {self._limit} bytes without the end of a frame")
        return [self.rewrite(line) for line in lines] if self.rewrite else lines

    def end(self) -> None:
        """Say that the stream ended. Raises HalfFrame when a line was under way."""
        if self._size:
            raise HalfFrame(f"the stream ended within a frame: {_excerpt(b''.join(self._parts))}")


# --- messages -----------------------------------------------------------------------------------


def request(number: int, method: str, params: Message) -> Message:
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": params}


def notification(method: str, params: Message) -> Message:
    return {"jsonrpc": "2.0", "method": method, "params": params}


def success(number: int, result: Any) -> Message:
    return {"jsonrpc": "2.0", "id": number, "result": result}


def failure(
    number: int | None, code: int, message: str, kind: str = "", trace: str = ""
) -> Message:
    error: Message = {"code": code, "message": message}
    if kind or trace:
        error["data"] = {"type": kind, "trace": trace}
    return {"jsonrpc": "2.0", "id": number, "error": error}


def raised(number: int, error: BaseException) -> Message:
    """The answer for an exception: its message, the name of its class, its traceback."""
    import traceback

    try:
        message = str(error)[:MAX_TEXT]
    except Exception as worse:
        message = f"<str() of the exception raised {type(worse).__name__}>"
    lines = traceback.format_exception(type(error), error, error.__traceback__)
    return failure(number, METHOD_RAISED, message, type(error).__name__, "".join(lines)[-MAX_TEXT:])


def is_notification(message: Message) -> bool:
    """Whether a worker's message is a notification. Raises GarbageFrame for a malformed one."""
    if "id" in message or "method" not in message:
        return False
    if not isinstance(message["method"], str) or not isinstance(message.get("params"), dict):
        raise GarbageFrame(f"malformed notification: {_excerpt(encode(message))}")
    return True


def result_of(message: Message, number: int) -> Any:
    """The result in the answer to request ``number``.

    Raises RemoteError for an error answer, WrongId and GarbageFrame for what is no answer to it.
    """
    # type(): JSON's true must not pass for the id 1.
    if type(message.get("id")) is not int or message["id"] != number:
        raise WrongId(f"an answer with id {message.get('id')!r}, but {number} is pending")
    return outcome_of(message)


def outcome_of(answer: Message) -> Any:
    """The result in an answer. Raises RemoteError for an error answer, GarbageFrame for neither."""
    if ("result" in answer) == ("error" in answer):
        raise GarbageFrame("an answer needs either a result or an error")
    if "result" in answer:
        return answer["result"]
    error = answer["error"]
    well_formed = isinstance(error, dict) and isinstance(error.get("code"), int)
    if not well_formed or not isinstance(error.get("message"), str):
        raise GarbageFrame("a malformed error answer")
    data = error.get("data")
    known = data if isinstance(data, dict) else {}
    kind, trace = (str(known.get(name, "")) for name in ("type", "trace"))
    raise RemoteError(error["code"], error["message"], kind, trace)


# --- the serving side ---------------------------------------------------------------------------

Method = Callable[[Message], Any]


def answer(methods: dict[str, Method], message: Message) -> Message:
    """Run the request through the fixed table of methods; always an answer, never an exception.

    Exceptions of a method (a defect of ours: methods catch what a pack raises) become an error
    answer. SystemExit and KeyboardInterrupt pass.
    """
    number, name, params = message.get("id"), message.get("method"), message.get("params")
    if type(number) is not int or not isinstance(name, str):
        return failure(None, INVALID_REQUEST, "a request needs an integer id and a method")
    if name not in methods:
        return failure(number, NO_SUCH_METHOD, f"no method {name!r}")
    if not isinstance(params, dict):
        return failure(number, INVALID_PARAMS, "params must be an object")
    try:
        return success(number, methods[name](params))
    except Exception as error:
        return failure(number, METHOD_RAISED, _trace(error))


def encode_answer(message: Message) -> bytes:
    """The frame of an answer; one that can't be sent becomes an error answer."""
    try:
        return encode(message)
    except OversizeFrame as error:
        return encode(failure(message["id"], RESULT_TOO_LARGE, str(error)))
    except (ValueError, TypeError, RecursionError) as error:
        text = f"the result is no JSON: {error}"
        return encode(failure(message["id"], METHOD_RAISED, text))


def _trace(error: Exception) -> str:
    import traceback

    return "".join(traceback.format_exception(type(error), error, error.__traceback__))[-8000:]
