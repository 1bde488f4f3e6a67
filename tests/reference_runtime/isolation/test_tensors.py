"""Tensors and arrays between processes: bit for bit, aliases kept, nothing leaks."""

from __future__ import annotations

import faulthandler
import gc
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from reference_runtime.isolation import rpc
from reference_runtime.isolation.exchange import (
    Exchange,
    host_side,
    share,
    worker_side,
)
from reference_runtime.isolation.tensors import TensorExtra
from reference_runtime.isolation.values import BadValue, NotTransferable, decode, encode

SIZE = 64 << 20
DTYPES = [
    getattr(torch, name)
    for name in (
        "bool", "uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
        "float16", "bfloat16", "float32", "float64", "complex32", "complex64", "complex128",
        "float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz", "float8_e8m0fnu",
    )
    if hasattr(torch, name)
]  # fmt: skip


class Pair:
    """Both faces of one shared memory, in one process."""

    def __init__(self, access: Any = "read") -> None:
        shared = share(SIZE)
        self.host = host_side(shared)
        self.worker = worker_side(shared.host, shared.worker, shared.size, access)

    def send(self, value: Any, writer: Exchange | None = None) -> Any:
        """From host to worker (or back) through a real frame."""
        source = writer or self.host
        target = self.worker if source is self.host else self.host
        frame = rpc.encode(rpc.success(1, encode(value, TensorExtra(source))))
        wire = rpc.decode(frame[:-1])["result"]
        return decode(wire, TensorExtra(target, wire.get("blocks")))

    def settle(self) -> None:
        """Tell both sides what the other has dropped."""
        gc.collect()
        self.host.release(self.worker.take_dead())
        self.worker.release(self.host.take_dead())

    def empty(self) -> bool:
        self.settle()
        return not any(side.arena and side.arena.blocks for side in (self.host, self.worker))


@pytest.fixture(scope="module")
def shared_pair() -> Pair:
    return Pair()


@pytest.fixture
def pair(shared_pair: Pair) -> Iterator[Pair]:
    yield shared_pair
    assert shared_pair.empty()


def bits(tensor: torch.Tensor) -> bytes:
    plain = tensor.detach().resolve_conj().resolve_neg()
    dense = torch.empty(plain.numel(), dtype=plain.dtype)
    dense.view(plain.shape).copy_(plain)
    return bytes(dense.view(torch.uint8).numpy().tobytes()) if plain.numel() else b""


def assert_same(one: torch.Tensor, other: torch.Tensor) -> None:
    for name in ("dtype", "shape", "requires_grad", "is_leaf"):
        assert getattr(one, name) == getattr(other, name), name
    assert type(one) is type(other)
    assert one.is_conj() == other.is_conj()
    assert one.is_neg() == other.is_neg()
    assert bits(one) == bits(other)


@st.composite
def tensors(draw: Any) -> torch.Tensor:
    """Random bits of any type behind any view of a storage."""
    dtype = draw(st.sampled_from(DTYPES))
    shape = draw(st.lists(st.integers(0, 4), max_size=4))
    size = torch.empty(0, dtype=dtype).element_size()
    if dtype is torch.bool:
        raw = torch.randint(0, 2, (700,), dtype=torch.uint8)
    else:
        raw = torch.randint(0, 256, (700 * size,), dtype=torch.uint8)
    flat = raw.view(dtype)
    strides = draw(st.lists(st.integers(0, 9), min_size=len(shape), max_size=len(shape)))
    return flat.as_strided(shape, strides, draw(st.integers(0, 90)))


@settings(deadline=None)
@given(st.lists(tensors(), min_size=1, max_size=3))
def test_every_tensor_arrives_bit_for_bit(shared_pair: Pair, values: list[torch.Tensor]) -> None:
    arrived = shared_pair.send({"list": values, "tuple": tuple(values)})
    for one, other in zip(values, arrived["list"], strict=True):
        assert_same(one, other)
    back = shared_pair.send(arrived["list"], shared_pair.worker)
    for one, other in zip(values, back, strict=True):
        assert_same(one, other)
    del arrived, back, other
    assert shared_pair.empty()


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_every_dtype(pair: Pair, dtype: torch.dtype) -> None:
    size = torch.empty(0, dtype=dtype).element_size()
    raw = torch.arange(64 * size, dtype=torch.int32).to(torch.uint8)
    value = (raw % 2 if dtype is torch.bool else raw).view(dtype).reshape(4, 16)
    for view in (value, value.T, value[1:, ::3], value[0, 0], value[:0], value.expand(3, 4, 16)):
        assert_same(pair.send(view), view)


@pytest.mark.parametrize(
    "make",
    [
        lambda x: x,
        lambda x: x.T,
        lambda x: x[1],
        lambda x: x[:, 1],
        lambda x: x[0, 0],
        lambda x: x[:0],
        lambda x: x.expand(2, *x.shape),
        lambda x: x.clone().requires_grad_(),
        lambda x: torch.nn.Parameter(x),
        lambda x: torch.nn.Parameter(x, requires_grad=False),
        lambda x: x.to(torch.complex64).conj(),
        lambda x: (x * 1j).conj().imag,
        lambda x: x.view(1, 2, 3, 5).contiguous(memory_format=torch.channels_last),
        lambda x: torch.tensor([float("nan"), float("inf"), -0.0, 1e-45]),
        lambda x: torch.tensor(3.5),
        lambda x: torch.empty(3, 0, 2),
        lambda x: torch.empty((0,), dtype=torch.bfloat16),
        lambda x: x.as_strided((3, 3), (1, 1)),
    ],
)
def test_views_and_kinds(pair: Pair, make: Any) -> None:
    value = make(torch.arange(30.0).reshape(6, 5))
    assert_same(pair.send(value), value)


def test_strides_are_kept(pair: Pair) -> None:
    value = torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1)
    assert pair.send(value).stride() == value.stride()
    assert pair.send(value.expand(5, 4, 2, 3)).stride() == (0, 1, 12, 4)


def test_a_view_of_much_sends_little(pair: Pair) -> None:
    big = torch.zeros(1 << 20)
    block = encode(big[5:9], TensorExtra(pair.host))["blocks"][0]
    assert block[2] == 16
    pair.host.cancel([block])
    block = encode(big.view(1024, 1024)[:, 0], TensorExtra(pair.host))["blocks"][0]
    assert block[2] == 4096
    pair.host.cancel([block])


def test_aliases_within_a_message_stay_aliases(pair: Pair) -> None:
    base = torch.arange(12.0)
    value = {"a": base, "b": base[3:6], "c": [base, base.view(3, 4)], "d": torch.arange(12.0)}
    got = pair.send(value)
    pointer = got["a"].untyped_storage().data_ptr()
    shares = [got["b"], *got["c"]]
    assert {t.untyped_storage().data_ptr() for t in shares} == {pointer}
    assert got["d"].untyped_storage().data_ptr() != pointer
    assert got["c"][0] is got["a"]
    assert got["b"].data_ptr() - got["a"].data_ptr() == 12


def test_a_byte_view_before_a_float_view_keeps_both(pair: Pair) -> None:
    base = torch.arange(16, dtype=torch.uint8)
    value = [base[1:14], base[4:12].view(torch.float32)]
    got = pair.send(value)
    assert_same(got[0], value[0])
    assert_same(got[1], value[1])
    assert got[1].data_ptr() - got[0].data_ptr() == 3


ARRAYS = [
    np.arange(12.0).reshape(3, 4),
    np.arange(12.0).reshape(3, 4)[::-1, ::-2],
    np.arange(12, dtype=">i4")[::2],
    np.asfortranarray(np.arange(6.0).reshape(2, 3)),
    np.array(5, dtype=np.uint16),
    np.empty((0, 3), dtype=np.float16),
    np.array([True, False]),
    np.array(["a", "bcd", "\u00e9"]),
    np.array([b"ab", b"c"]),
    np.array(["2026-01-01", "NaT"], dtype="datetime64[D]"),
    np.array([1 + 2j, np.nan]),
    np.zeros(3, dtype=[("a", "<f4"), ("b", "<i8")]),
    np.broadcast_to(np.arange(3), (4, 3)),
]  # fmt: skip


@pytest.mark.parametrize("array", ARRAYS, ids=lambda a: f"{a.dtype}{a.shape}")
def test_arrays_arrive_exactly(pair: Pair, array: np.ndarray[Any, Any]) -> None:
    got = pair.send([array])[0]
    assert type(got) is np.ndarray
    assert got.dtype == array.dtype
    assert got.strides == array.strides or not array.size
    assert got.tobytes() == array.tobytes()
    assert got.shape == array.shape
    assert got.flags.writeable == array.flags.writeable


def test_scalars_and_names_of_torch(pair: Pair) -> None:
    value = [np.float32(1.5), np.int64(-3), np.bool_(True), np.float64("nan")]
    got = pair.send(value)
    assert [type(each) for each in got] == [type(each) for each in value]
    assert got[:3] == value[:3]
    names = [torch.float16, torch.device("cpu"), torch.Size([1, 2])]
    got = pair.send(names)
    assert got == names
    assert type(got[2]) is torch.Size


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda: torch.quantize_per_tensor(torch.rand(4), 0.1, 0, torch.quint8), "quantized"),
        (lambda: torch.rand(3, 3).to_sparse(), "layout torch.sparse_coo"),
        (lambda: torch.empty(3, device="meta"), "meta device"),
        (lambda: torch.nested.nested_tensor([torch.rand(2), torch.rand(3)]), "nested"),
        (lambda: torch.rand(3).as_subclass(type("Mine", (torch.Tensor,), {})), "class Mine"),
        (lambda: np.array([object()]), "objects"),
        (lambda: np.ma.masked_array([1, 2]), "class MaskedArray"),
    ],
)
def test_what_has_no_plain_bytes_is_refused_with_its_place(pair: Pair, make: Any, why: str) -> None:
    with pytest.raises(NotTransferable, match=why) as caught:
        encode({"samples": [1, make()]}, TensorExtra(pair.host))
    assert caught.value.path == "value['samples'][1]"


# --- lifetime -----------------------------------------------------------------------------------


def test_a_block_lives_as_long_as_a_view_of_it(pair: Pair) -> None:
    got = pair.send(torch.arange(1000.0))
    part = got[10:20].view(2, 5)
    del got
    pair.settle()
    assert pair.host.arena is not None
    assert len(pair.host.arena.blocks) == 1
    assert part[0, 0] == 10
    del part
    assert pair.empty()


def test_what_came_goes_back_without_a_copy(pair: Pair) -> None:
    got = pair.send(torch.arange(1000.0))
    wire = encode(got[5:], TensorExtra(pair.worker))
    assert wire["blocks"][0][0] == "yours"
    back = decode(wire, TensorExtra(pair.host, wire["blocks"]))
    assert pair.worker.arena is not None
    assert not pair.worker.arena.blocks
    del got
    pair.settle()
    assert back[0] == 5  # held by the view on the host's side alone
    del back
    assert pair.empty()


def test_sending_again_what_was_received_from_oneself_copies_nothing(pair: Pair) -> None:
    got = pair.send(torch.arange(1000.0))
    back = pair.send(got, pair.worker)
    again = pair.send(back)
    assert pair.host.arena is not None
    assert len(pair.host.arena.blocks) == 1
    assert torch.equal(again, torch.arange(1000.0))
    del got, back, again


def test_pages_are_used_again() -> None:
    pair = Pair()
    addresses = set()
    for n in range(20):
        got = pair.send(torch.full((1000,), float(n)))
        addresses.add(got.data_ptr())
        assert got[0] == n
        del got
        pair.settle()
    assert len(addresses) == 1


def test_private_memory_may_be_written_and_nobody_sees_it() -> None:
    pair = Pair("private")
    source = torch.zeros(5000)
    got = pair.send(source)
    got += 1
    assert bool((source == 0).all())
    again = pair.send(torch.zeros(5000))
    assert bool((again == 0).all())
    assert bool((got == 1).all())
    back = pair.send(got, pair.worker)
    assert bool((back == 1).all())
    del got, back, again
    pair.settle()
    fresh = pair.send(torch.zeros(5000))  # in the pages that were written to
    assert bool((fresh == 0).all())


def test_a_view_made_before_the_dead_are_told_does_not_show_what_was_written() -> None:
    pair = Pair("private")
    wire = encode(torch.zeros(5000), TensorExtra(pair.host))
    got = decode(wire, TensorExtra(pair.worker, wire["blocks"]))
    got += 1
    del got  # nobody has counted it yet
    assert pair.host.arena is not None
    pair.host.arena.retain(wire["blocks"][0][1])
    again = decode({**wire, "data": None}, TensorExtra(pair.worker, wire["blocks"]))
    assert bool((again == 0).all())
    del again
    assert pair.empty()


def test_what_is_written_stays_while_another_view_of_it_lives() -> None:
    pair = Pair("private")
    wire = encode(torch.zeros(5000), TensorExtra(pair.host))
    assert pair.host.arena is not None
    pair.host.arena.retain(wire["blocks"][0][1])
    one, other = (decode(dict(wire), TensorExtra(pair.worker, wire["blocks"])) for _ in range(2))
    one += 1
    del one
    pair.settle()
    assert bool((other == 1).all())
    del other
    assert pair.empty()


def test_read_only_memory_cannot_be_written() -> None:
    pid = os.fork()
    if pid == 0:
        faulthandler.disable()
        got = Pair().send(torch.zeros(5000))
        got += 1
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(pid, 0)[1]) == 11


def test_a_full_memory_says_so_and_stays_usable() -> None:
    pair = Pair()
    held = pair.send(torch.zeros(40 << 20, dtype=torch.uint8))
    with pytest.raises(Exception, match="of shared memory are in use by 2 blocks"):
        pair.send([torch.zeros(1 << 20), torch.zeros(40 << 20, dtype=torch.uint8)])
    assert pair.host.arena is not None
    assert len(pair.host.arena.blocks) == 1
    del held
    pair.settle()
    assert pair.send(torch.ones(40 << 20, dtype=torch.uint8))[-1] == 1


def test_without_shared_memory_bytes_are_inline() -> None:
    wire = encode([torch.arange(4.0), np.arange(3)], TensorExtra(Exchange(None, None)))
    assert {block[0] for block in wire["blocks"]} == {"inline"}
    one, other = decode(wire, TensorExtra(Exchange(None, None), wire["blocks"]))
    assert one.tolist() == [0, 1, 2, 3]
    assert other.tolist() == [0, 1, 2]


# --- hostile references -------------------------------------------------------------------------

GOOD = {"dtype": "float32", "shape": [4], "strides": [1], "block": 0, "at": 0}


@pytest.mark.parametrize(
    ("change", "blocks"),
    [
        ({"shape": [5]}, None),
        ({"strides": [2]}, None),
        ({"at": 4}, None),
        ({"at": -4}, None),
        ({"at": True}, None),
        ({"shape": [1 << 62], "strides": [0]}, None),
        ({"shape": [1 << 40, 1 << 40], "strides": [1, 1]}, None),
        ({"shape": [-1]}, None),
        ({"shape": [2, 2]}, None),
        ({"strides": [-1]}, None),
        ({"shape": ["4"]}, None),
        ({"dtype": "Tensor"}, None),
        ({"dtype": "os"}, None),
        ({"dtype": "float64"}, None),
        ({"dtype": "quint8", "shape": [99]}, None),
        ({"block": 1}, None),
        ({"block": -1}, None),
        ({}, [["mine", SIZE, 16]]),
        ({}, [["mine", -4096, 16]]),
        ({}, [["mine", 0, SIZE + 1]]),
        ({}, [["mine", 1 << 70, 16]]),
        ({}, [["mine", True, 16]]),
        ({}, [["yours", 0, 16]]),
        ({}, [["other", 0, 16]]),
        ({}, [["inline", "?"]]),
        ({}, [[]]),
        ({}, [7]),
    ],
)
def test_a_reference_is_checked_before_anything_is_touched(
    shared_pair: Pair, change: dict[str, Any], blocks: Any
) -> None:
    known = blocks if blocks is not None else [["mine", 0, 16]]
    wire = {"data": None, "tags": [[[], "tensor", GOOD | change]]}
    with pytest.raises(BadValue):
        decode(wire, TensorExtra(shared_pair.host, known))


@pytest.mark.parametrize(
    "change",
    [
        {"shape": [5]},
        {"strides": [-4]},
        {"before": -4},
        {"before": 8},
        {"dtype": "|O"},
        {"dtype": "object"},
        {"dtype": {"names": ["a"], "formats": ["|O"], "offsets": [0], "itemsize": 8}},
    ],
)
def test_so_is_one_of_an_array(shared_pair: Pair, change: dict[str, Any]) -> None:
    good = {"dtype": "<f4", "shape": [4], "strides": [4], "before": 0, "block": 0, "at": 0}
    extra = TensorExtra(shared_pair.host, [["mine", 0, 16]])
    with pytest.raises(BadValue):
        decode({"data": None, "tags": [[[], "array", good | change]]}, extra)


@pytest.mark.parametrize("offsets", [[0], [4096], [SIZE], "x", [None], 7])
def test_a_release_of_nothing_is_refused(offsets: Any) -> None:
    with pytest.raises(BadValue):
        Pair().host.release(offsets)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_tensors_of_a_gpu_travel_by_copy(pair: Pair) -> None:
    sent = torch.arange(12, dtype=torch.float16, device="cuda").reshape(3, 4).t()
    got = pair.send({"deep": [sent, sent]})["deep"]
    assert got[0].device == sent.device
    assert torch.equal(got[0], sent)
    sent.zero_()
    assert got[0].abs().sum() > 0, "a copy: what happens to the sender's is not seen"
