"""Values that a pack or a caller gives for its own io types or inputs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio_conformance.strategies.sources import Form, Recipe, Source, Variant


class Given(Source):
    """A list of recipes; the first is the default."""

    def __init__(self, recipes: list[Recipe]) -> None:
        self.recipes = recipes
        self.fakes = tuple(str(each["make"]) for each in recipes if each.get("fake"))

    def default(self, form: Form) -> Recipe:
        return self.recipes[0]

    def variants(self) -> Iterator[Variant]:
        for number, recipe in enumerate(self.recipes[1:], start=2):
            yield Variant("given", str(number), recipe)

    def random(self, form: Form) -> Any:
        from hypothesis import strategies as st

        return st.sampled_from(self.recipes)
