"""What a case may cost: large numbers in sizes are lowered, and the case says so.

A schema that allows 16384 for width, height and frames together allows a case of gigabytes. One
large size at a time is tried; the others, and at last the large one itself, are lowered until the
tensors that the node is likely to make hold no more than ``BUDGET`` numbers. Which inputs are sizes
is told by their names: nothing else in a schema tells.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from studio_conformance.strategies.sources import Recipe

BUDGET = 1 << 24
"""Numbers in the tensors of one case: 64 MB as float32; nodes hold a few of such at once."""
MOST_ITEMS = 256
"""To which counts are lowered: what is done for each item takes its time, however small it is."""
SMALL = 64
"""To which other sizes are lowered first."""
_SIDE = 64.0
_SIZES = re.compile(
    r"(^|_)(width|height|w|h|size|length|frames?|batch|count|inputcount|amount|num|number|repeats?|"
    r"times|resolution|rows?|columns?|cols?|copies|tiles?|duration|seconds|steps|samples)($|_|\d)",
    re.IGNORECASE,
)
_COUNTS = re.compile(
    r"(^|_)(length|frames?|batch|count|inputcount|amount|num|number|repeats?|times|copies|duration|"
    r"seconds|steps|samples)($|_|\d)",
    re.IGNORECASE,
)
_SIDES = re.compile(r"width|height|resolution", re.IGNORECASE)
_LASTS = re.compile(r"seconds|duration", re.IGNORECASE)
_ADDED = re.compile(
    r"(^|_)(left|right|top|bottom|pad|padding|expand|extend|border|margin|radius)($|_|\d)",
    re.IGNORECASE,
)
_SCALES = re.compile(r"(scale|factor|upscale|zoom|ratio)", re.IGNORECASE)
_MEGA = re.compile(r"megapixel", re.IGNORECASE)
_RATES = {"seconds": 24.0, "duration": 24.0}


@dataclass(frozen=True)
class Bounds:
    """What a number may be lowered to. ``least`` and ``step`` as the schema has them."""

    least: float = 1
    step: float = 1
    whole: bool = True
    """An INT."""

    def below(self, value: float) -> float:
        """The greatest allowed number that is not above ``value``; ``least`` if there is none."""
        steps = max(int((value - self.least) // self.step), 0) if self.step > 0 else 0
        return self.least + steps * self.step


def capped(
    inputs: Mapping[str, Recipe],
    usual: Mapping[str, Recipe],
    bounds: Mapping[str, Bounds],
    kept: str = "",
) -> tuple[dict[str, Recipe], list[str]]:
    """The inputs within the budget, and in words what was lowered.

    ``usual``: the defaults, which always fit: they are the pack's own choice. ``kept``: the input
    that the case is about; it is lowered last, and not below its default.
    """
    # A socket of several types may hold no number in this case.
    numbers = [name for name, recipe in inputs.items() if name in bounds and _number(recipe)]
    sizes = [name for name in numbers if is_size(name, bounds[name].whole)]
    at_default = {**inputs, **{name: usual[name] for name in sizes if name in usual}}
    most = max(estimate(at_default), BUDGET)
    lowered: dict[str, Recipe] = dict(inputs)
    others = sorted((n for n in sizes if n != kept), key=lambda n: -_number(lowered[n]))
    for name in others:
        if estimate(lowered) > most:
            _lower(lowered, name, bounds[name], SMALL)
    for name in [kept, *others] if kept in sizes else others:
        fitting = MOST_ITEMS if _is_count(name) else _number(lowered[name])
        if estimate(lowered) > most:
            fitting = min(fitting, _fitting(lowered, name, most))
        _lower(lowered, name, bounds[name], max(fitting, _number(usual.get(name, {}))))
    words = [
        f"{name}: {lowered[name]['value']} instead of {inputs[name]['value']}"
        for name in sizes
        if lowered[name] != inputs[name]
    ]
    return lowered, words


def is_size(name: str, whole: bool = True) -> bool:
    """Whether the number decides, by its name, how large tensors are."""
    last = name.rpartition(".")[2]
    kinds = (_SIZES, _ADDED, _SCALES, _MEGA) if whole else (_SCALES, _MEGA, _LASTS)
    return any(each.search(last) for each in kinds)


def _is_count(name: str) -> bool:
    last = name.rpartition(".")[2]
    return bool(_COUNTS.search(last)) and not _SIDES.search(last)


def estimate(inputs: Mapping[str, Recipe]) -> float:
    """About how many numbers the tensors of the case hold."""
    made = [_elements(recipe) for recipe in inputs.values()]
    total = float(max(sum(made), 3))
    for name, recipe in inputs.items():
        total *= _factor(name, _number(recipe), sides=_names_sides(inputs))
    return total


def _names_sides(inputs: Mapping[str, Recipe]) -> bool:
    """Whether width and height are inputs: then they, not the tensors given, make the size."""
    words = " ".join(inputs).lower()
    return "width" in words and "height" in words


def _elements(recipe: Recipe) -> int:
    count = 1
    for length in recipe.get("shape", [0]):
        count *= length
    return count


def _number(recipe: Recipe) -> float:
    """Of what makes nothing large, 0: of other values, and of numbers below it."""
    value: Any = recipe.get("value")
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return 0.0
    return max(float(value), 0.0)


def _factor(name: str, value: float, sides: bool) -> float:
    last = name.rpartition(".")[2].lower()
    if _MEGA.search(last):
        return max(value * 300.0, 1.0)
    if _ADDED.search(last):
        return 1.0 + value / _SIDE
    if _SIZES.search(last):
        is_side = sides and ("width" in last or "height" in last)
        return max(value / _SIDE if is_side else value * _RATES.get(last, 1.0), 1.0)
    return max(value * value, 1.0) if _SCALES.search(last) else 1.0


def _fitting(inputs: Mapping[str, Recipe], name: str, most: float) -> float:
    """The greatest number for this input with which the estimate is at most ``most``."""
    low, high = 0.0, _number(inputs[name])
    for _ in range(40):
        middle = (low + high) / 2
        fits = estimate({**inputs, name: {"value": middle}}) <= most
        low, high = (middle, high) if fits else (low, middle)
    return low


def _lower(inputs: dict[str, Recipe], name: str, bounds: Bounds, most: float) -> None:
    value = inputs[name]["value"]
    if _number(inputs[name]) > most:
        inputs[name] = {"value": type(value)(bounds.below(min(most, value)))}
