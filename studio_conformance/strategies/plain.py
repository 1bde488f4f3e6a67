"""Numbers, texts, booleans and combos: what widgets give."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from reference_runtime.description import InputFacts
from reference_runtime.recipes.fake_files import NAME, WHAT
from studio_conformance.strategies.sources import (
    Form,
    Recipe,
    Source,
    Variant,
    is_number,
    spec_number,
)

MAX_OPTIONS = 48
"""Options of one combo that are tried, spread over its list."""
UNICODE = "Grüße, 世界 🎨 \u202eabc\nzweite Zeile\ttab"
FAR = 1 << 16
"""How far random numbers go where the schema sets no bound."""
SEED = re.compile(r"(^|_)(seed|rng)($|_)", re.IGNORECASE)
LARGEST_SEED = (1 << 64) - 1
_POINTS = [{"x": 16, "y": 12}, {"x": 32, "y": 24}, {"x": 40, "y": 48}]
TEXTS = {
    "coord": json.dumps(_POINTS),
    "points": json.dumps(_POINTS),
    "bbox": "[]",
    "boxes": "[]",
    "json": "{}",
}
"""A word in the id of a text without a default, and what such texts hold: editors of a frontend,
and nodes that draw along paths, hand points on as JSON. Where there is a default, be it empty, a
user has that, and no hint is taken."""


class Number(Source):
    """INT and FLOAT, within min and max, on the steps of ``step``."""

    def __init__(self, facts: InputFacts) -> None:
        self.facts = facts
        self.kind: type[int] | type[float] = int if facts["io_type"] == "INT" else float
        self.least, self.most = (spec_number(facts, name) for name in ("min", "max"))
        given = facts["spec"].get("default")
        numbers = isinstance(given, list) and given and all(is_number(each) for each in given)
        self.listed: list[Any] | None = given if numbers else None
        """What a default says that is a list: the node wants lists under the name of a number."""
        if self.least is not None and self.most is not None and self.least > self.most:
            self.least = self.most = None  # a schema that no value fits; a check tells of it

    def default(self, form: Form) -> Recipe:
        if self.listed is not None:
            return {"value": self.listed}
        if self._is_list(form):
            return {"value": [self.kind(self._bounded(part)) for part in (0, 0.25, 0.5, 1)]}
        return {"value": self._default}

    def _is_list(self, form: Form) -> bool:
        forced = bool(self.facts["spec"].get("forceInput"))
        return self.listed is not None or (form.lists and forced)

    @property
    def _default(self) -> float:
        """As a frontend has it: the default, else 0, moved into the bounds."""
        given = spec_number(self.facts, "default")
        if given is not None:
            return self.kind(given)
        return self._bounded(0)

    def _bounded(self, value: float) -> float:
        if self.least is not None:
            value = max(value, self.least)
        if self.most is not None:
            value = min(value, self.most)
        return self.kind(value)

    def variants(self) -> Iterator[Variant]:
        if self.listed is not None:
            return
        tried = [self._default]
        for kind, bound in (("min", self.least), ("max", self.most)):
            if bound is not None and bound not in tried:
                tried.append(bound)
                yield Variant(kind, "", {"value": self.kind(bound)})
        if self.kind is int and self.is_seed and self.most is None:
            yield Variant("seed", str(LARGEST_SEED), {"value": LARGEST_SEED})

    @property
    def is_seed(self) -> bool:
        """Whether it decides about chance."""
        control = self.facts["spec"].get("control_after_generate")
        return bool(SEED.search(self.facts["id"]) or control)

    def random(self, form: Form) -> Any:
        from hypothesis import strategies as st

        if self._is_list(form):
            return st.just(self.default(form))
        near_zero = self._bounded(0)
        low = self.least if self.least is not None else min(near_zero, self._default) - FAR
        high = self.most if self.most is not None else max(near_zero, self._default) + FAR
        numbers: Any
        if self.kind is int:
            numbers = st.integers(int(low), int(high))
        else:
            numbers = st.floats(float(low), float(high), allow_nan=False, width=64)
        near = st.sampled_from([self._default, self._bounded(1), self._bounded(2)])
        return st.one_of(near, numbers.map(self._stepped)).map(lambda value: {"value": value})

    def _stepped(self, value: float) -> float:
        """On the nearest step, counted from the least value, as the frontend rounds."""
        step = spec_number(self.facts, "step")
        if not step or step < 0:
            return value
        base = self.least or 0
        try:
            return self._bounded(base + round((value - base) / step) * step)
        except OverflowError:
            return value


class Text(Source):
    """STRING. Where its id says what such texts hold, no other texts are tried: a node may well
    fail on points that are no points."""

    def __init__(self, facts: InputFacts) -> None:
        self.facts = facts
        name = facts["id"].lower()
        given = facts["spec"].get("default")
        self.start: str | None = given if isinstance(given, str) else None
        hints = (text for word, text in TEXTS.items() if word in name)
        self.hint = next(hints, None) if self.start is None else None

    def default(self, form: Form) -> Recipe:
        if self.hint is not None:
            return {"value": self.hint}
        if self.start is not None:
            return {"value": self.start}
        return {"value": "hello" if self.facts["spec"].get("forceInput") else ""}

    def variants(self) -> Iterator[Variant]:
        if self.hint is not None:
            return
        default = self.default(Form())["value"]
        for kind, text in (("empty", ""), ("unicode", UNICODE)):
            if text != default:
                yield Variant(kind, "", {"value": text})

    def random(self, form: Form) -> Any:
        from hypothesis import strategies as st

        default = st.just(self.default(form)["value"])
        if self.hint is not None:
            return default.map(lambda text: {"value": text})
        letters = st.characters(codec="utf-8", exclude_characters="\0")
        drawn = st.text(letters, max_size=40)
        return st.one_of(default, drawn).map(lambda text: {"value": text})


class Boolean(Source):
    """BOOLEAN."""

    def __init__(self, facts: InputFacts) -> None:
        self.start = facts["spec"].get("default") is True

    def default(self, form: Form) -> Recipe:
        return {"value": self.start}

    def variants(self) -> Iterator[Variant]:
        yield Variant("option", str(not self.start), {"value": not self.start})

    def random(self, form: Form) -> Any:
        from hypothesis import strategies as st

        return st.booleans().map(lambda value: {"value": value})


class Combo(Source):
    """COMBO: one of its options, or with ``multiselect`` a list of some."""

    def __init__(self, facts: InputFacts) -> None:
        self.facts = facts
        spec = facts["spec"]
        self.multiple = bool(spec.get("multiselect") or spec.get("multi_select"))
        self.options = plain_options(facts)
        if NAME in self.options:
            self.fakes = (WHAT,)

    def default(self, form: Form) -> Recipe:
        given = self.facts["spec"].get("default")
        if self.multiple:
            chosen = given if isinstance(given, list) else [given]
            return {"value": [each for each in chosen if each in self.options]}
        return {"value": given if given in self.options else self.options[0]}

    def variants(self) -> Iterator[Variant]:
        default = self.default(Form())["value"]
        for option in spread(self.options, MAX_OPTIONS):
            value = [option] if self.multiple else option
            if value != default:
                yield Variant("option", option_text(option), {"value": value})
        if self.multiple and self.options != default:
            yield Variant("all", "", {"value": self.options})

    def random(self, form: Form) -> Any:
        from hypothesis import strategies as st

        one = st.sampled_from(self.options)
        chosen = st.lists(one, unique_by=option_text) if self.multiple else one
        return chosen.map(lambda value: {"value": value})


def plain_options(facts: InputFacts) -> list[Any]:
    """The options that JSON can hold: the others can't be chosen over the wire either."""
    odd = {path[1] for path in (d["path"] for d in facts["defects"]) if path[:1] == ["options"]
           and len(path) > 1}  # fmt: skip
    return [each for index, each in enumerate(facts["options"] or []) if index not in odd]


def option_text(option: Any) -> str:
    """The option in the id of a case."""
    return option if isinstance(option, str) else json.dumps(option, ensure_ascii=False)


def spread(items: list[Any], most: int) -> list[Any]:
    """All items, or so many of them, evenly spread, with the first and the last."""
    if len(items) <= most:
        return items
    return [items[place * (len(items) - 1) // (most - 1)] for place in range(most)]
