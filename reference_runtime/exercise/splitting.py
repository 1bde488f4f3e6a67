"""A batch taken apart into its elements, and results put together again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from reference_runtime.exercise.values import is_tensor

MAX_BATCH = 8


class NotSplittable(ValueError):
    """The inputs are no batch; the message says why."""


def split(inputs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The inputs of each element alone.

    Tensors (images, masks) and the tensors in dicts (latents, audio) are batches along their first
    dimension; all must be of one length above 1, or of length 1, which goes with each element.
    """
    lengths = {n for value in inputs.values() for n in _lengths(value) if n > 1}
    if not lengths:
        raise NotSplittable("no input is a batch of more than one")
    if len(lengths) > 1:
        raise NotSplittable(f"batches of different lengths: {sorted(lengths)}")
    length = lengths.pop()
    if length > MAX_BATCH:
        raise NotSplittable(f"a batch of {length} is too long")
    return [
        {name: element(value, index, length) for name, value in inputs.items()}
        for index in range(length)
    ]


def _lengths(value: Any) -> list[int]:
    if is_tensor(value):
        return [int(value.shape[0])] if value.dim() >= 3 else []
    if isinstance(value, dict):
        return [n for each in value.values() for n in _lengths(each)]
    return []


def element(value: Any, index: int, length: int) -> Any:
    """The part of a value, batch or not, that belongs to one element of a batch."""
    if is_tensor(value) and value.dim() >= 3 and value.shape[0] == length:
        return value[index : index + 1].clone()
    if isinstance(value, dict):
        return {key: element(each, index, length) for key, each in value.items()}
    return value


def joined(parts: list[Any], whole: Any) -> Any:
    """The parts as one batch; None where ``whole`` is no batch of as many elements."""
    if is_tensor(whole):
        return _joined_tensors(parts, whole)
    if isinstance(whole, dict) and all(isinstance(part, dict) for part in parts):
        return _joined_dicts(parts, whole)
    return None


def _joined_tensors(parts: list[Any], whole: Any) -> Any:
    fits = all(is_tensor(p) and p.dim() == whole.dim() and p.dim() >= 3 for p in parts)
    if not fits or whole.shape[0] != len(parts) or any(p.shape[0] != 1 for p in parts):
        return None
    if any(p.shape[1:] != parts[0].shape[1:] or p.dtype != whole.dtype for p in parts):
        return None
    return sys.modules["torch"].cat(parts)


def _joined_dicts(parts: list[dict[Any, Any]], whole: dict[Any, Any]) -> Any:
    """Only the tensors of a latent or of sound; what else stands beside them is let be."""
    if "samples" not in whole and "waveform" not in whole:
        return None
    if any(part.keys() != whole.keys() for part in parts):
        return None
    together = {key: joined([part[key] for part in parts], whole[key]) for key in whole}
    return {key: whole[key] if each is None else each for key, each in together.items()}
