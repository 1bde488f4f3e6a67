"""Inputs that come and go: options with inputs of their own, rows of inputs that grow.

A prompt names what is inside such an input with a dot, "mode.width"; the host puts it in a dict.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from studio_conformance.strategies.sources import Change, Form, Recipe, Source

MOST_GROWN = 8
"""So many inputs of a row are tried, if it may grow further."""


class Inner:
    """The inputs inside an option or slot. Optional ones are given too."""

    def __init__(self, sources: list[Source]) -> None:
        self.sources = sources

    def given(self, form: Form) -> dict[str, Recipe]:
        """The defaults of all, by their dotted names."""
        return {name: each for source in self.sources for name, each in source.given(form).items()}

    def changes(self, form: Form) -> Iterator[Change]:
        """The cases of each, the others at their defaults."""
        usual = self.given(form)
        for source in self.sources:
            for change in source.changes():
                rest = {n: r for n, r in usual.items() if n not in source.given(form)}
                yield Change(change.case, {**rest, **change.given}, change.about)

    def random_given(self, form: Form) -> Any:
        from hypothesis import strategies as st

        drawn = [source.random_given(form) for source in self.sources]
        return st.tuples(*drawn).map(merged)


def merged(parts: tuple[dict[str, Recipe], ...]) -> dict[str, Recipe]:
    """One dict of all."""
    return {name: recipe for part in parts for name, recipe in part.items()}


class Compound(Source):
    """What the sources of inputs that come and go have in common."""

    def __init__(self, inner: list[Inner]) -> None:
        every = [source for each in inner for source in each.sources]
        self.is_tensor = any(source.is_tensor for source in every)
        self.fakes = tuple(dict.fromkeys(fake for source in every for fake in source.fakes))
        self._templates = {k: v for source in every for k, v in source.templates.items()}

    @property
    def templates(self) -> dict[str, list[str]]:
        return self._templates


class DynamicCombo(Compound):
    """A combo whose options bring inputs of their own; the first option is the default."""

    def __init__(self, options: dict[str, Inner], default: str | None = None) -> None:
        super().__init__(list(options.values()))
        self.options = options
        self.usual = default if default in options else next(iter(options))

    def default(self, form: Form) -> Recipe:
        return {"value": self.usual}

    def given(self, form: Form) -> dict[str, Recipe]:
        return self._with(self.usual, self.options[self.usual].given(form))

    def _with(self, option: str, inner: dict[str, Recipe]) -> dict[str, Recipe]:
        return {self.name: {"value": option}, **inner}

    def changes(self) -> Iterator[Change]:
        form = Form()
        for option, inner in self.options.items():
            if option != self.usual:
                case = f"option:{self.name}={option}"
                yield Change(case, self._with(option, inner.given(form)))
        for option, inner in self.options.items():
            mark = "" if option == self.usual else f"@{option}"
            for change in inner.changes(form):
                yield Change(f"{change.case}{mark}", self._with(option, change.given), change.about)

    def random_given(self, form: Form) -> Any:
        from hypothesis import strategies as st

        return st.sampled_from(list(self.options)).flatmap(
            lambda option: (
                self.options[option].random_given(form).map(lambda inner: self._with(option, inner))
            )
        )


class DynamicSlot(Compound):
    """A socket that brings inputs once something is plugged in."""

    def __init__(self, slot: Source, inner: Inner) -> None:
        super().__init__([Inner([slot, *inner.sources])])
        self.slot = slot
        self.inner = inner

    def default(self, form: Form) -> Recipe:
        return self.slot.default(form)

    def given(self, form: Form) -> dict[str, Recipe]:
        return {self.name: self.default(form), **self.inner.given(form)}

    def changes(self) -> Iterator[Change]:
        form = Form()
        for change in self.inner.changes(form):
            given = {self.name: self.default(form), **change.given}
            yield Change(change.case, given, change.about)

    def random_given(self, form: Form) -> Any:
        from hypothesis import strategies as st

        slot = self.slot.random(form).map(lambda recipe: {self.name: recipe})
        return st.tuples(slot, self.inner.random_given(form)).map(merged)


class Autogrow(Compound):
    """A row of like inputs, of which at least ``least`` are given and one more by default."""

    def __init__(self, row: list[Source], least: int) -> None:
        super().__init__([Inner(row)])
        self.row = row
        self.least = least

    def default(self, form: Form) -> Recipe:
        raise TypeError("a row of inputs has no value of its own")

    def given(self, form: Form) -> dict[str, Recipe]:
        return self._first(max(self.least, 1), form)

    def _first(self, count: int, form: Form) -> dict[str, Recipe]:
        return merged(tuple(source.given(form) for source in self.row[:count]))

    def changes(self) -> Iterator[Change]:
        usual = len(self.given(Form()))
        for count in dict.fromkeys((self.least, min(len(self.row), MOST_GROWN))):
            if count != usual:
                yield Change(f"count:{self.name}={count}", self._first(count, Form()))
        yield from Inner(self.row[:usual]).changes(Form())

    def random_given(self, form: Form) -> Any:
        from hypothesis import strategies as st

        most = min(len(self.row), MOST_GROWN)
        counts = st.integers(min(self.least, most), most)
        return counts.flatmap(lambda count: Inner(self.row[:count]).random_given(form))
