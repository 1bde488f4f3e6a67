"""Values as JSON and back: exact or refused, and no value can pose as something else."""

from __future__ import annotations

import enum
import json
import math
import struct
from collections import namedtuple
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference_runtime.isolation import rpc
from reference_runtime.isolation.values import (
    MAX_DEPTH,
    BadValue,
    NotTransferable,
    Record,
    decode,
    encode,
    is_plain,
)

TAGS = ["data", "tags", "blocks", "int", "record", "tensor", "__type__", "__class__", "jsonrpc"]
TEXT = st.text() | st.text(st.characters(categories=["Cs"])) | st.sampled_from(TAGS)
LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.binary()
    | st.complex_numbers() | st.integers(2**63 - 2, 2**64 + 2) | st.builds(bytearray, st.binary())
)  # fmt: skip
KEYS = st.none() | st.booleans() | st.integers() | TEXT | st.tuples(st.integers(), st.text())
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
        | st.sets(KEYS, max_size=3)
        | st.frozensets(KEYS, max_size=3)
    ),
    max_leaves=15,
)


def there_and_back(value: Any) -> Any:
    """Through a real frame."""
    frame = rpc.encode(rpc.success(1, encode(value)))
    return decode(rpc.decode(frame)["result"])


def same(one: Any, other: Any) -> bool:
    """Equal in value and type all the way down; NaN is itself, -0.0 is not 0.0."""
    if type(one) is not type(other):
        return False
    if isinstance(one, float):
        return struct.pack(">d", one) == struct.pack(">d", other)
    if isinstance(one, complex):
        return same(one.real, other.real) and same(one.imag, other.imag)
    if isinstance(one, (list, tuple)):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return same(list(one), list(other)) and same(list(one.values()), list(other.values()))
    return bool(one == other)


@given(VALUES)
def test_every_value_survives_exactly(value: Any) -> None:
    assert same(there_and_back(value), value)


@given(st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner)))
def test_plain_is_what_needs_no_tag(value: Any) -> None:
    assert is_plain(value) == ("tags" not in encode(value))
    if is_plain(value):
        assert same(json.loads(json.dumps(value, allow_nan=False)), value)


@given(VALUES)
def test_a_wire_form_is_ordinary_data_to_the_next_one(value: Any) -> None:
    wire = encode(value)
    assert same(there_and_back(wire), wire)


@pytest.mark.parametrize(
    "value",
    [
        {"tags": [[[], "bytes", "AAAA"]], "data": 1},
        [[], "tuple", None],
        {"__pyisolate_bytes__": "AAAA"},
        {"$ref": 0, "block": 0},
        [10**400, -(10**400), 2**64, -(2**63) - 1, "\udc80", "\ud83d\ude00", "\x00"],
    ],
)
def test_odd_data_stays_data(value: Any) -> None:
    assert same(there_and_back(value), value)


Pair = namedtuple("Pair", "left right")


@dataclass
class Thing:
    name: str
    parts: list[Any]


class Colour(enum.Enum):
    RED = "red"


def test_classes_arrive_as_records_and_go_on_as_such() -> None:
    value = [Thing("x", [Pair(1, (2, 3))]), Colour.RED]
    thing, colour = there_and_back(value)
    assert thing == Record(
        "dataclass",
        f"{__name__}.Thing",
        {
            "name": "x",
            "parts": [Record("namedtuple", f"{__name__}.Pair", {"left": 1, "right": (2, 3)})],
        },
    )
    assert colour.fields == {"name": "RED", "value": "red"}
    assert there_and_back([thing, colour]) == [thing, colour]


def test_a_reader_that_knows_the_class_makes_the_instance() -> None:
    def resolve(record: Record) -> Any:
        return Thing(**record.fields) if record.name.endswith("Thing") else record

    assert decode(encode([Thing("x", [1])]), resolve=resolve) == [Thing("x", [1])]


def test_paths_are_paths() -> None:
    assert there_and_back(PurePath("/a/b")) == PurePath("/a/b")


class Odd:
    pass


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [1, Odd()]}, r"^value\['a'\]\[1\]: .*Odd can't be sent"),
        ((lambda: 1), r"^value: builtins.function can't be sent"),
        ([iter([])], r"^value\[0\]: builtins.list_iterator"),
        ({"m": json}, r"^value\['m'\]: builtins.module"),
        ([ValueError("x")], r"^value\[0\]: builtins.ValueError"),
    ],
)
def test_what_cannot_be_sent_is_named_with_its_place(value: Any, where: str) -> None:
    with pytest.raises(NotTransferable, match=where):
        encode(value)
    assert not is_plain(value)


def test_a_value_that_contains_itself_is_refused() -> None:
    value: list[Any] = [1]
    value.append({"again": value})
    with pytest.raises(NotTransferable, match=r"^value\[1\]\['again'\]: it contains itself"):
        encode(value)


def test_the_same_value_twice_is_no_circle() -> None:
    shared = [1]
    assert there_and_back([shared, shared, (shared,)]) == [[1], [1], ([1],)]


def test_depth_is_bounded() -> None:
    def nested(depth: int) -> Any:
        value: Any = 0
        for _ in range(depth):
            value = [value]
        return value

    assert there_and_back(nested(MAX_DEPTH)) == nested(MAX_DEPTH)
    with pytest.raises(NotTransferable, match="containers within each other"):
        encode(nested(5000))


@pytest.mark.parametrize(
    "wire",
    [
        None,
        [],
        {},
        {"data": 1, "tags": [1]},
        {"data": 1, "tags": [[[], "what", 1]]},
        {"data": 1, "tags": [[["a"], "int", "1"]]},
        {"data": [1], "tags": [[[5], "int", "1"]]},
        {"data": 1, "tags": [[[], "int", "zz"]]},
        {"data": 1, "tags": [[[], "float", "00"]]},
        {"data": 1, "tags": [[[], "bytes", "?"]]},
        {"data": 1, "tags": [[[], "bytes", 7]]},
        {"data": 1, "tags": [[[], "tuple", None]]},
        {"data": [[[], 1]], "tags": [[[], "dict", None]]},
        {"data": [[[]]], "tags": [[[], "set", None]]},
        {"data": 1, "tags": [[[], "record", ["dataclass", "os.system"]]]},
        {"data": {}, "tags": [[[], "record", [1, 2]]]},
        {"data": 1, "tags": [[[], ["unhashable"], 1]]},
    ],
)
def test_what_is_no_wire_form_is_refused(wire: Any) -> None:
    with pytest.raises(BadValue):
        decode(wire)


@given(
    st.fixed_dictionaries(
        {"data": VALUES},
        optional={
            "tags": st.lists(
                st.tuples(
                    st.lists(st.integers(0, 2) | st.sampled_from(["a", "data"]), max_size=3),
                    st.sampled_from(["int", "float", "tuple", "dict", "set", "record", "x"]),
                    VALUES,
                ).map(list)
            )
        },
    )
)
def test_the_decoder_refuses_or_decodes_and_nothing_else(wire: Any) -> None:
    try:
        decode(wire)
    except BadValue:
        return


def test_not_a_number_keeps_its_bits() -> None:
    odd = struct.unpack(">d", bytes.fromhex("7ff8dead00000001"))[0]
    assert math.isnan(odd)
    assert struct.pack(">d", there_and_back(odd)).hex() == "7ff8dead00000001"
