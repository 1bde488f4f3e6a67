"""What a trip over the wire changes of a value, and that it changes nothing of those it takes."""

from __future__ import annotations

import enum
import math
from collections import OrderedDict, namedtuple
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

import numpy as np
import pytest
import torch

from reference_runtime.exercise.surviving import losses
from reference_runtime.exercise.wire import Wire
from reference_runtime.isolation.values import NotTransferable


@dataclass
class Region:
    left: int
    mask: Any


class Colour(enum.Enum):
    RED = 1


Size = namedtuple("Size", "width height")
Misnamed = namedtuple("Elsewhere", "width")  # type: ignore[name-match]


@pytest.fixture(scope="module")
def wire() -> Wire:
    return Wire(1 << 24)


def nan_with_payload() -> torch.Tensor:
    return torch.tensor([0x7FC0BEEF, 0x7F800001], dtype=torch.int32).view(torch.float32)


def two_views() -> dict[str, torch.Tensor]:
    base = torch.arange(12.0)
    return {"all": base, "half": base[:6]}


TAKEN = {
    "nan payloads": nan_with_payload,
    "negative zero": lambda: torch.tensor([-0.0, 0.0]),
    "bfloat16": lambda: torch.ones(3, dtype=torch.bfloat16),
    "float8": lambda: torch.ones(3).to(torch.float8_e4m3fn),
    "bool": lambda: torch.tensor([True, False]),
    "complex": lambda: torch.tensor([1 + 2j]).conj(),
    "no dimension": lambda: torch.tensor(3.0),
    "empty": lambda: torch.empty(0, 3),
    "transposed": lambda: torch.rand(3, 4).T,
    "expanded": lambda: torch.rand(1, 3).expand(4, 3),
    "gradients": lambda: torch.ones(2, requires_grad=True),
    "parameter": lambda: torch.nn.Parameter(torch.ones(2)),
    "views of one": two_views,
    "array": lambda: np.arange(6, dtype=">i2").reshape(2, 3)[::-1],
    "numpy number": lambda: np.float32(0.1),
    "tuple": lambda: (1, [2, (3,)]),
    "set": lambda: {1, "a", frozenset({2})},
    "odd keys": lambda: {1: "a", None: "b", ("x", 2): "c", "ä": "d"},
    "numbers": lambda: [math.nan, math.inf, -0.0, 10**40, True, 1.0, 2 + 3j],
    "texts": lambda: ["\ud800", "ä", "", b"\x00\xff", bytearray(b"x")],
    "records": lambda: [Region(1, torch.ones(2)), Size(1, 2), Colour.RED],
    "tags as data": lambda: {"data": 1, "tags": [[[], "tuple", None]], "blocks": [["mine", 0, 9]]},
}


@pytest.mark.parametrize("make", TAKEN.values(), ids=TAKEN)
def test_nothing_is_lost(wire: Wire, make: Any) -> None:
    value = make()
    assert losses("output 0", value, wire.there_and_back(value)) == []


class TestWhatIsLost:
    def test_an_attribute_of_a_tensor(self, wire: Wire) -> None:
        image = torch.ones(2)
        image.label = "cat"  # type: ignore[attr-defined]
        (lost,) = losses("output 0", image, wire.there_and_back(image))
        assert lost == {
            "what": "content", "path": "output 0", "detail": "the attribute 'label' is lost",
        }  # fmt: skip

    def test_a_class_that_has_no_such_name(self, wire: Wire) -> None:
        value = {"size": Misnamed(1)}
        (lost,) = losses("output 0", value, wire.there_and_back(value))
        assert (lost["what"], lost["path"]) == ("type", "output 0['size']")
        assert lost["detail"].endswith("comes back as a record of its fields")

    def test_a_concrete_path(self, wire: Wire) -> None:
        value = [Path("a/b")]
        (lost,) = losses("output 0", value, wire.there_and_back(value))
        assert lost["what"] == "type"
        assert losses("", PurePath("a"), PurePath("a")) == []

    @pytest.mark.parametrize(
        ("value", "place"),
        [
            ({"samples": [torch.ones(1), {"f": len}]}, "value['samples'][1]['f']"),
            ([1, OrderedDict(a=1)], "value[1]"),
        ],
    )
    def test_what_is_refused_is_named_with_its_path(
        self, wire: Wire, value: Any, place: str
    ) -> None:
        with pytest.raises(NotTransferable) as refused:
            wire.there_and_back(value)
        assert refused.value.path == place


class TestTellingApart:
    """The comparison itself: it must see what a defect of the wire would do."""

    @pytest.mark.parametrize(
        ("before", "after", "told"),
        [
            ((1,), [1], "builtins.tuple comes back as builtins.list"),
            (True, 1, "comes back as"),
            ([1, 2], [1], "2 elements before, 1 after"),
            ({"a": 1, "b": 2}, {"b": 2, "a": 1}, "the keys, or their order, are others"),
            ("a", "b", "'a' before, 'b' after"),
            (0.0, -0.0, "0.0 before, -0.0 after"),
            ({1}, {2}, "{1} before, {2} after"),
            (torch.ones(2), torch.ones(1, 2), "shape [2] before, [1, 2] after"),
            (torch.ones(2), torch.ones(2, dtype=torch.float64), "dtype torch.float32 before"),
            (torch.tensor([0.0]), torch.tensor([-0.0]), "other bits"),
            (torch.tensor([math.nan]), nan_with_payload()[:1], "other bits"),
            (np.ones(2, "<f4"), np.ones(2, ">f4"), "dtype float32 before, >f4 after"),
        ],
    )
    def test_what_differs(self, before: Any, after: Any, told: str) -> None:
        found = losses("it", [before], [after])
        assert len(found) == 1
        assert found[0]["path"] == "it[0]"
        assert told.replace("builtins.", "") in found[0]["detail"].replace("builtins.", "")

    def test_memory_that_is_no_longer_shared(self) -> None:
        before = two_views()
        after = {name: tensor.clone() for name, tensor in before.items()}
        (found,) = losses("it", before, after)
        assert found["what"] == "shared"
        assert "it['half']" in found["path"] + found["detail"]

    def test_many_losses_are_bounded(self) -> None:
        assert len(losses("it", list(range(100)), list(range(1, 101)))) == 20


def test_what_is_held_is_counted_and_what_is_dropped_is_free(wire: Wire) -> None:
    before = wire.held()
    kept = [wire.to_pack(torch.ones(100)) for _ in range(3)]
    assert wire.held() == before + 3
    del kept
    assert wire.held() == before


def test_a_view_holds_what_it_is_a_view_of(wire: Wire) -> None:
    before = wire.held()
    corner = wire.to_pack(torch.ones(100))[:2]
    assert wire.held() == before + 1
    assert corner.sum() == 2
