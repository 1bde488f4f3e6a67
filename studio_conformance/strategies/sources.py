"""Where the values of one input come from: its default, its variants, its random values.

A source knows one input of one node. It gives recipes, never values: nothing here needs torch.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from reference_runtime.description import InputFacts

Recipe = dict[str, Any]
"""JSON from which a worker makes a value; see ``reference_runtime.recipes``."""


@dataclass(frozen=True)
class Form:
    """What the tensors of one case have in common. Sizes in pixels; latents have an eighth."""

    batch: int = 1
    height: int = 64
    width: int = 48
    fill: str = "uniform"
    frames: int = 0
    """Latents are of a video with so many frames; 0: of pictures."""
    lists: bool = False
    """Numbers that come by a link are lists of numbers."""
    types: Mapping[str, str] = field(default_factory=dict)
    """io type by id of the template that inputs share; those that aren't here have their first."""

    @property
    def latent_size(self) -> tuple[int, int]:
        """Height and width of a latent of such a picture, at least 1."""
        return (self.height + 7) // 8, (self.width + 7) // 8


class Variant(NamedTuple):
    """A value that is tried by itself, all else at its default. The case is "kind:input=tail"."""

    kind: str
    tail: str
    recipe: Recipe


class Change(NamedTuple):
    """A case that differs from the defaults in one input: the case's id, all that is given."""

    case: str
    given: dict[str, Recipe]
    about: str = ""
    """The input that the case is there for, where it is one."""


class Source(ABC):
    """The values of one input.

    Most inputs take one value; those that come and go take several, by names "mode", "mode.width".
    """

    name: str = ""
    """Id of the input; set when the source is chosen."""
    fakes: tuple[str, ...] = ()
    """io types that stand in as fakes in its values."""
    is_tensor = False
    """Whether its values follow the form of a case."""

    @abstractmethod
    def default(self, form: Form) -> Recipe:
        """What the input has when nobody touches it, or a plain value for a socket."""

    def variants(self) -> Iterator[Variant]:
        """Values worth a case of their own, in a stable order."""
        return iter(())

    def random(self, form: Form) -> Any:
        """A Hypothesis strategy of recipes."""
        from hypothesis import strategies as st

        return st.just(self.default(form))

    def given(self, form: Form) -> dict[str, Recipe]:
        """The default, by the names it is given under."""
        return {self.name: self.default(form)}

    def changes(self) -> Iterator[Change]:
        """The variants, each as a case."""
        for variant in self.variants():
            tail = f"={variant.tail}" if variant.tail else ""
            case = f"{variant.kind}:{self.name}{tail}"
            yield Change(case, {self.name: variant.recipe}, self.name)

    def random_given(self, form: Form) -> Any:
        """A Hypothesis strategy of recipes by the names they are given under."""
        return self.random(form).map(lambda recipe: {self.name: recipe})

    @property
    def templates(self) -> dict[str, list[str]]:
        """By id of a template that inputs share: io types that it may stand for."""
        return {}


def is_number(value: Any) -> bool:
    """Whether it is a finite number and no boolean."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return isinstance(value, int) or abs(value) < float("inf")


def spec_number(facts: InputFacts, name: str) -> Any:
    """The number under ``name`` in the options dict; None without one."""
    value = facts["spec"].get(name)
    return value if is_number(value) else None
