"""What a node is run on: systematic cases with stable ids, then random ones."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from reference_runtime.exercise.facts import Case, NotGenerable
from studio_conformance.strategies.choosing import NoSource, source_of
from studio_conformance.strategies.sources import Form, Recipe, Source
from studio_conformance.subject import Node

DEFAULT_FORM = Form()
FORMS: dict[str, Form] = {
    "batch:2": replace(DEFAULT_FORM, batch=2),
    "odd": replace(DEFAULT_FORM, height=37, width=23),
    "1x1": replace(DEFAULT_FORM, height=1, width=1),
    "fill:zeros": replace(DEFAULT_FORM, fill="zeros"),
    "fill:ones": replace(DEFAULT_FORM, fill="ones"),
}
"""By id of the case."""


@dataclass
class Plan:
    """The cases of one node."""

    systematic: list[Case]
    not_generable: list[NotGenerable] = field(default_factory=list)
    """Not empty: there are no cases. The inputs that kept it from that."""
    fakes: list[str] = field(default_factory=list)
    """io types that fakes stand in for."""
    random: Callable[[int], list[Case]] | None = None
    """Draws so many random cases, the same ones in every run."""


@dataclass
class Sources:
    """The sources of a node's inputs, by id."""

    required: dict[str, Source] = field(default_factory=dict)
    optional: dict[str, Source] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    """Optional inputs of which no value can be made."""
    lacking: list[NotGenerable] = field(default_factory=list)

    @property
    def all(self) -> dict[str, Source]:
        return {**self.required, **self.optional}

    @classmethod
    def of(cls, node: Node, fakes: bool) -> Sources:
        """Look each input of the node up."""
        found = cls()
        for seed, facts in enumerate(node.inputs, start=1):
            optional = facts["group"] != "required"
            try:
                source = source_of(facts, seed)
            except NoSource as reason:
                if optional:
                    found.without.append(facts["id"])
                else:
                    lack: NotGenerable = {
                        "input": facts["id"],
                        "io_type": facts["io_type"],
                        "reason": str(reason),
                    }
                    found.lacking.append(lack)
                continue
            (found.optional if optional else found.required)[facts["id"]] = source
        return found


def plan_for(node: Node, fakes: bool = False) -> Plan:
    """The plan of a node; ``fakes``: small stand-ins may be given for models."""
    sources = Sources.of(node, fakes)
    if sources.lacking:
        return Plan([], sources.lacking)
    return Plan(list(systematic(sources)), random=partial(at_random, sources))


def systematic(sources: Sources) -> Iterator[Case]:
    """Cases that differ from the defaults in one thing each."""
    default = _recipes(sources.all, DEFAULT_FORM)
    yield _case(sources, "defaults", default)
    if any(source.is_tensor for source in sources.all.values()):
        for name, form in FORMS.items():
            yield _case(sources, name, _recipes(sources.all, form))
    if len(sources.optional) > 1:
        yield _case(sources, "required-only", _recipes(sources.required, DEFAULT_FORM))
    for name in sources.optional:
        rest = {other: recipe for other, recipe in default.items() if other != name}
        yield _case(sources, f"absent:{name}", rest)
    for name, source in sources.all.items():
        for variant in source.variants():
            tail = f"={variant.tail}" if variant.tail else ""
            changed = {**default, name: variant.recipe}
            yield _case(sources, f"{variant.kind}:{name}{tail}", changed)


def at_random(sources: Sources, number: int) -> list[Case]:
    """``number`` cases with all inputs drawn at once, by Hypothesis and always the same ones.

    Optional inputs are there or not; tensors follow one of the forms of the systematic cases.
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    drawn: list[Case] = []
    forms = st.sampled_from([DEFAULT_FORM, *FORMS.values()])

    @settings(
        max_examples=max(number, 1),
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(forms.flatmap(lambda form: _drawn(sources, form)))
    def draw(inputs: dict[str, Recipe]) -> None:
        case = _case(sources, f"random:{len(drawn) + 1}", inputs)
        drawn.append({**case, "phase": "random"})

    with warnings.catch_warnings():
        # Hypothesis takes a run of its own inside a plugin for a mistake.
        warnings.simplefilter("ignore")
        draw()
    return drawn[:number]


def _drawn(sources: Sources, form: Form) -> Any:
    """A strategy of recipes by input."""
    from hypothesis import strategies as st

    required = {name: source.random(form) for name, source in sources.required.items()}
    optional = {
        name: source.random(form)
        for name, source in sources.optional.items()
        if name not in required  # a finding of its own
    }
    return st.fixed_dictionaries(required, optional=optional)


def _recipes(sources: dict[str, Source], form: Form) -> dict[str, Recipe]:
    return {name: source.default(form) for name, source in sources.items()}


def _case(sources: Sources, name: str, inputs: dict[str, Recipe]) -> Case:
    absent = [each for each in sources.optional if each not in inputs]
    return {
        "id": name,
        "phase": "systematic",
        "inputs": inputs,
        "capped": [],
        "absent": [*absent, *sources.without],
    }
