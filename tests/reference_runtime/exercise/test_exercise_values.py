"""Marks of values before and after a call, memory that values share, batches taken apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from reference_runtime.exercise.splitting import NotSplittable, joined, split
from reference_runtime.exercise.values import marks, memory, mutations, wants_gradients


class Model:
    def __init__(self) -> None:
        self.patches: dict[str, Any] = {}


def changed(value: Any, change: Any) -> list[tuple[str, str]]:
    """Path and kind of each mutation that ``change`` makes in ``value``."""
    before = marks(value)
    change(value)
    return [(m["path"], m["what"]) for m in mutations("x", before, marks(value))]


@pytest.mark.parametrize(
    ("value", "change", "expected"),
    [
        (torch.zeros(1, 2, 2, 3), lambda v: v.add_(1), [("", "values")]),
        (torch.zeros(1, 2, 2, 3), lambda v: v[0].clamp_(1, 2), [("", "values")]),
        (torch.zeros(3, dtype=torch.bfloat16), lambda v: v.fill_(1), [("", "values")]),
        (torch.zeros(2, dtype=torch.complex64), lambda v: v.fill_(1j), [("", "values")]),
        (torch.zeros(4, 1), lambda v: v.resize_(2, 1), [("", "shape")]),
        (np.zeros((2, 2)), lambda v: v.fill(1), [("", "values")]),
        ({"samples": torch.zeros(2)}, lambda v: v["samples"].add_(1), [("['samples']", "values")]),
        ({"samples": 1}, lambda v: v.update(mask=2), [("", "keys")]),
        ({"samples": 1}, lambda v: v.pop("samples"), [("", "keys")]),
        ({"samples": 1}, lambda v: v.update(samples=2), [("['samples']", "values")]),
        ([1, 2], lambda v: v.append(3), [("", "length")]),
        ([1, 2], lambda v: v.reverse(), [("[0]", "values"), ("[1]", "values")]),
        ([[torch.zeros(1), {}]], lambda v: v[0][1].update(a=1), [("[0][1]", "keys")]),
        ([[1], [2]], lambda v: v.__setitem__(0, [1]), [("[0]", "replaced")]),
        (Model(), lambda v: v.patches.update(a=1), [(".patches", "keys")]),
        (Model(), lambda v: setattr(v, "seen", True), [("", "attributes")]),
    ],
)
def test_a_change_is_told_with_its_path(
    value: Any, change: Any, expected: list[tuple[str, str]]
) -> None:
    assert changed(value, change) == expected


@pytest.mark.parametrize(
    "value",
    [
        torch.rand(1, 2, 2, 3),
        {"samples": torch.rand(2), "more": [1, "a", None, 2.5]},
        float("nan"),
        [float("nan"), np.float32(1)],
        Model(),
    ],
)
def test_reading_is_no_change(value: Any) -> None:
    assert changed(value, lambda v: (repr(v), str(v))) == []


def test_a_cycle_is_walked_once() -> None:
    loop: list[Any] = [1]
    loop.append(loop)
    assert changed(loop, lambda v: v.append(2))[0] == ("", "length")


def test_views_share_memory_and_copies_do_not() -> None:
    image = torch.rand(2, 4, 4, 3)
    assert memory(image[1:]) & memory({"samples": image})
    assert not memory(image.clone()) & memory(image)


def test_an_equal_list_is_not_the_same_list() -> None:
    first = [1]
    assert memory([first]) & memory({"a": first})
    assert not memory([1]) & memory([1])


def test_gradients_are_found_inside() -> None:
    assert wants_gradients({"a": [torch.zeros(1, requires_grad=True)]})
    assert not wants_gradients({"a": [torch.zeros(1)]})


def test_a_batch_is_split_and_joined() -> None:
    image, mask = torch.rand(3, 4, 4, 3), torch.rand(1, 4, 4)
    latent = {"samples": torch.rand(3, 4, 2, 2)}
    parts = split({"image": image, "mask": mask, "latent": latent, "amount": 2})
    assert len(parts) == 3
    assert all(part["mask"] is not None and part["amount"] == 2 for part in parts)
    assert torch.equal(joined([part["image"] for part in parts], image), image)
    together = joined([part["latent"] for part in parts], latent)
    assert torch.equal(together["samples"], latent["samples"])


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"image": torch.rand(1, 4, 4, 3)}, "no input is a batch"),
        ({"a": torch.rand(2, 4, 4, 3), "b": torch.rand(3, 4, 4)}, "different lengths"),
        ({"sigmas": torch.rand(20)}, "no input is a batch"),
        ({"image": torch.rand(9, 1, 1, 3)}, "too long"),
    ],
)
def test_what_is_no_batch_is_not_split(inputs: dict[str, Any], why: str) -> None:
    with pytest.raises(NotSplittable, match=why):
        split(inputs)


def test_a_result_that_is_no_batch_is_not_joined() -> None:
    parts = [torch.rand(1, 4, 4, 3), torch.rand(1, 4, 4, 3)]
    assert joined(parts, torch.rand(1, 4, 4, 3)) is None
    assert joined(parts, 3) is None
    assert joined([torch.rand(1, 2, 4, 3), parts[0]], torch.rand(2, 4, 4, 3)) is None
