"""Values that a pack's settings, or who runs the checks, give for io types or single inputs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from studio_conformance.strategies.sources import Form, Recipe, Source, Variant

if TYPE_CHECKING:
    from studio_conformance.subject import Node

HOLDING = ("list", "tuple", "dict")
"""Keys of recipes that hold recipes; see ``reference_runtime.recipes``."""


class BadStrategy(ValueError):
    """Not a list of values; the message says what is wrong and what would be right."""


@dataclass(frozen=True)
class Own:
    """Values for an io type or an input; see ``own``."""

    recipes: tuple[Recipe, ...]
    drawn: Any = None
    """A Hypothesis strategy of recipes for the random cases; None: the recipes are drawn."""


OwnByKey = Mapping[str, Own]
"""By io type ("MY_TYPE") or by input ("Node.input"); an input goes before its type."""


def own(*values: Any, drawn: Any = None) -> Own:
    """What the hook ``pytest_studio_strategies`` gives for one key.

    ``values``: plain values or recipes. The first is the default, the others are tried by
    themselves. ``drawn``: a Hypothesis strategy of recipes for random cases. Raises BadStrategy.
    """
    if not values:
        raise BadStrategy("at least one value is needed: the first is the default")
    return Own(tuple(_recipe(value) for value in values), drawn)


def read_own(given: Any) -> Own:
    """What the settings or the hook give for one key. Raises BadStrategy."""
    if isinstance(given, Own):
        return given
    if isinstance(given, (str, bytes)) or not isinstance(given, Sequence):
        raise BadStrategy(f"must be a list of values, not {given!r}")
    return own(*given)


def _recipe(value: Any) -> Recipe:
    """A table is a recipe; all else stands for itself."""
    _check_plain(value)
    if isinstance(value, Mapping):
        _check(value)
        return dict(value)
    if isinstance(value, (list, tuple)) and any(isinstance(each, Mapping) for each in value):
        raise BadStrategy(f"a list that holds recipes is itself one: {{list = [...]}}, not {value}")
    return {"value": value}


def _check_plain(value: Any) -> None:
    """Recipes are sent, logged and kept as JSON, which has neither NaN and infinity nor dates."""
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BadStrategy(f"{value!r} can't be given, for it is no JSON: {error}") from None


def _check(recipe: Any) -> None:
    if not isinstance(recipe, Mapping):
        raise BadStrategy(f"a recipe is a table, such as {{value = 3}}, not {recipe!r}")
    held = next((key for key in HOLDING if key in recipe), None)
    if held is not None:
        kind, name = (Mapping, "table") if held == "dict" else ((list, tuple), "list")
        inner: Any = recipe[held]
        if not isinstance(inner, kind):
            raise BadStrategy(f"{held} must hold a {name}, not {inner!r}")
        for part in inner.values() if isinstance(inner, Mapping) else inner:
            _check(part)
    elif "make" in recipe:
        _check_maker(recipe)
    elif "value" not in recipe:
        known = ", ".join(("value", *HOLDING, "make"))
        raise BadStrategy(f"a recipe has one of the keys {known}, not {', '.join(recipe)}")


def _check_maker(recipe: Mapping[str, Any]) -> None:
    from reference_runtime.recipes.making import MAKERS

    if recipe.get("fake"):
        raise BadStrategy("fakes are given by --studio-fakes alone")
    if recipe["make"] not in MAKERS or recipe["make"] == "OUTPUT":
        known = ", ".join(name for name in MAKERS if name != "OUTPUT")
        raise BadStrategy(f"nothing is known of how to make {recipe['make']!r}; known: {known}")
    if recipe["make"] in _SHAPED and not isinstance(recipe.get("shape"), (list, tuple)):
        raise BadStrategy(f"a recipe of {recipe['make']} needs its shape, such as [1, 64, 64, 3]")


_SHAPED = ("IMAGE", "MASK", "LATENT", "AUDIO", "VIDEO")


def unused(given: OwnByKey, nodes: Iterable[Node]) -> list[str]:
    """Keys that name no io type and no input of these nodes."""
    known: set[str] = set()
    for node in nodes:
        for facts in node.inputs:
            known |= {name.strip() for name in facts["io_type"].split(",")}
            known.add(f"{node.key}.{facts['id']}")
    # Inputs that an input brings along have its id before theirs.
    return [key for key in given if key not in known and key.rpartition(".")[0] not in known]


class Given(Source):
    """Recipes that were given; the first is the default."""

    def __init__(self, given: Own) -> None:
        self.recipes, self.drawn = given.recipes, given.drawn

    def default(self, form: Form) -> Recipe:
        return self.recipes[0]

    def variants(self) -> Iterator[Variant]:
        for number, recipe in enumerate(self.recipes[1:], start=2):
            yield Variant("given", str(number), recipe)

    def random(self, form: Form) -> Any:
        from hypothesis import strategies as st

        return self.drawn.map(_recipe) if self.drawn is not None else st.sampled_from(self.recipes)
