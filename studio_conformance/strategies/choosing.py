"""Which source an input has, or why it has none."""

from __future__ import annotations

from reference_runtime.description import InputFacts
from studio_conformance.strategies.plain import Boolean, Combo, Number, Text, plain_options
from studio_conformance.strategies.sources import Source
from studio_conformance.strategies.tensors import SHAPES, Tensor


class NoSource(Exception):
    """No value can be made for the input; the message says why."""


def source_of(facts: InputFacts, seed: int) -> Source:
    """The source of the input's values; ``seed``: a number of its own. Raises NoSource."""
    io_type = facts["io_type"]
    if io_type.endswith("_V3"):
        raise NoSource("inputs that come and go are not made up yet")
    if facts["options"] is not None:
        if not plain_options(facts):
            raise NoSource("its list of options is empty on this machine")
        return Combo(facts)
    if io_type in ("INT", "FLOAT"):
        return Number(facts)
    if io_type == "STRING":
        return Text(facts)
    if io_type == "BOOLEAN":
        return Boolean(facts)
    if io_type in SHAPES:
        return Tensor(io_type, seed)
    raise NoSource("no way is known to make a value of this type")
