"""Numbers that are the same on every version of torch: a counter-based generator and fills.

Each element is a function of the seed and of its own place (splitmix64), in whole numbers that
wrap, then one exact step to float32. Nothing is drawn from a library's generator, whose numbers
differ between versions and devices.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

_STEP = 0x9E3779B97F4A7C15
_FIRST = 0xBF58476D1CE4E5B9
_SECOND = 0x94D049BB133111EB
_WORD = (1 << 64) - 1
_UNIFORM_BITS = 24
"""A float32 holds so many bits exactly."""
_ROOT_3 = 1.7320508075688772


def word(seed: int, index: int = 0) -> int:
    """The 64 random bits at ``index`` of the stream of ``seed``, as a whole number >= 0."""
    mixed = (seed + (index + 1) * _STEP) & _WORD
    mixed = ((mixed ^ (mixed >> 30)) * _FIRST) & _WORD
    mixed = ((mixed ^ (mixed >> 27)) * _SECOND) & _WORD
    return mixed ^ (mixed >> 31)


def words(seed: int, count: int) -> Any:
    """``word(seed, 0)``, ``word(seed, 1)`` ... as an int64 tensor [count] of the same bits."""
    import torch

    places = torch.arange(1, count + 1, dtype=torch.int64)
    mixed = places * _signed(_STEP) + _signed(seed)
    mixed = (mixed ^ _shifted(mixed, 30)) * _signed(_FIRST)
    mixed = (mixed ^ _shifted(mixed, 27)) * _signed(_SECOND)
    return mixed ^ _shifted(mixed, 31)


def _signed(number: int) -> int:
    """The same 64 bits as a signed number."""
    number &= _WORD
    return number - (1 << 64) if number >> 63 else number


def _shifted(tensor: Any, bits: int) -> Any:
    """Shift to the right without the sign."""
    return (tensor >> bits) & ((1 << (64 - bits)) - 1)


def uniform(seed: int, count: int) -> Any:
    """float32 [count] in [0, 1)."""
    import torch

    top = _shifted(words(seed, count), 64 - _UNIFORM_BITS)
    return top.to(torch.float32) * 2.0**-_UNIFORM_BITS


def normal(seed: int, count: int) -> Any:
    """float32 [count] of mean 0 and deviation 1, in -3.47 to 3.47: a sum of four uniform parts."""
    import torch

    drawn = words(seed, count)
    total = sum((_shifted(drawn, 16 * part) & 0xFFFF) for part in range(4))
    centred: Any = total.to(torch.float32) * 2.0**-16 - 2.0
    return centred * _ROOT_3


def binary(seed: int, count: int) -> Any:
    """float32 [count], each 0 or 1."""
    import torch

    return _shifted(words(seed, count), 63).to(torch.float32)


def gradient(seed: int, count: int) -> Any:
    """float32 [count] that rises evenly from 0 to 1; the seed has no say."""
    import torch

    places = torch.arange(count, dtype=torch.float64)
    return (places / max(count - 1, 1)).to(torch.float32)


def _same(number: float) -> Callable[[int, int], Any]:
    def fill(seed: int, count: int) -> Any:
        import torch

        return torch.full((count,), number, dtype=torch.float32)

    return fill


FILLS: dict[str, Callable[[int, int], Any]] = {
    "uniform": uniform,
    "normal": normal,
    "zeros": _same(0.0),
    "ones": _same(1.0),
    "constant": _same(0.5),
    "gradient": gradient,
    "binary": binary,
}
"""By name; each gives float32 [count] from a seed and a count."""


def filled(shape: Sequence[int], fill: str = "uniform", seed: int = 0) -> Any:
    """A float32 tensor of this shape, contiguous, on the CPU. Raises ValueError: no such fill."""
    if fill not in FILLS:
        raise ValueError(f"no fill is called {fill!r}; there are {', '.join(FILLS)}")
    count = 1
    for length in shape:
        count *= length
    return FILLS[fill](seed, count).reshape(tuple(shape))
