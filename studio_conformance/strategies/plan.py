"""What a node is run on: systematic cases with stable ids, then random ones."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from reference_runtime.exercise.facts import Case, NotGenerable
from studio_conformance.strategies.choosing import Chooser, NoSource
from studio_conformance.strategies.coming import merged
from studio_conformance.strategies.cost import Bounds, capped
from studio_conformance.strategies.given import OwnByKey
from studio_conformance.strategies.plain import spread
from studio_conformance.strategies.produced import Produced, producers
from studio_conformance.strategies.sources import Form, Recipe, Source
from studio_conformance.subject import Node

DEFAULT_FORM = Form()
FORMS: dict[str, dict[str, Any]] = {
    "batch:2": {"batch": 2},
    "odd": {"height": 37, "width": 23},
    "1x1": {"height": 1, "width": 1},
    "fill:zeros": {"fill": "zeros"},
    "fill:ones": {"fill": "ones"},
}
"""By id of the case: in what its form differs from the usual one."""
VIDEO_FORM = replace(DEFAULT_FORM, frames=3)
OF_VIDEO = re.compile(
    r"(?i:video|ltxv|ltx2|hunyuan|minimax|cosmos|mochi)|Wan(?![a-z])|(?<![A-Za-z])wan(?![a-z])"
)
"""Words in the id or the category of a node whose latents are of videos, and in the id of such an
input."""
OTHERWISE = (
    DEFAULT_FORM,
    replace(DEFAULT_FORM, batch=4),
    VIDEO_FORM,
    replace(DEFAULT_FORM, lists=True),
)
"""Usual forms for nodes that give nothing otherwise: they may be made for batches or videos only,
or for lists of numbers under the name of one number."""
MOST_SYSTEMATIC = 80
"""Nodes with rows of inputs in rows of options have hundreds of systematic cases: so many are kept,
spread over all, with those of the tensors."""


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
    otherwise: list[Plan] = field(default_factory=list)
    """Plans for when none of the systematic cases gives anything, in another form each."""


@dataclass
class Sources:
    """The sources of a node's inputs, by id."""

    required: dict[str, Source] = field(default_factory=dict)
    optional: dict[str, Source] = field(default_factory=dict)
    without: list[str] = field(default_factory=list)
    """Optional inputs of which no value can be made."""
    lacking: list[NotGenerable] = field(default_factory=list)
    wants_lists: bool = False
    """The node takes each input as a list."""
    bounds: dict[str, Bounds] = field(default_factory=dict)
    """Of the node's numbers, for lowering them."""
    form: Form = DEFAULT_FORM
    """Of all cases that say nothing else."""

    @property
    def all(self) -> dict[str, Source]:
        return {**self.required, **self.optional}

    @cached_property
    def usual(self) -> dict[str, Recipe]:
        """The defaults of all inputs."""
        return _given(self.all, self.form)

    @classmethod
    def of(cls, node: Node, chooser: Chooser) -> Sources:
        """Look each input of the node up."""
        found = cls(wants_lists=wants_lists(node), bounds=chooser.bounds)
        for seed, facts in enumerate(node.inputs, start=1):
            optional = facts["group"] != "required"
            try:
                source = chooser.source(facts, seed)
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
        return found._honest()

    def _honest(self) -> Sources:
        """Without fakes where the node runs without: what it does then tells more."""
        if any(source.fakes for source in self.required.values()):
            return self
        fake = [name for name, source in self.optional.items() if source.fakes]
        optional = {n: source for n, source in self.optional.items() if n not in fake}
        return replace(self, optional=optional, without=[*self.without, *fake])


def wants_lists(node: Node) -> bool:
    """Whether the node gets a list for each of its inputs."""
    attribute = node.attribute("INPUT_IS_LIST")
    return node.flag("is_input_list") or (attribute is not None and attribute["value"] is True)


def plan_for(node: Node, fakes: bool = False, own: OwnByKey | None = None) -> Plan:
    """The plan of a node.

    ``fakes``: small stand-ins may be given for models. ``own``: values by "Node.input" or io type,
    which go before what is known here.
    """
    produced = partial(_produced, node, fakes, own or {})
    sources = Sources.of(node, Chooser(node.key, fakes, own or {}, produced=produced))
    if sources.lacking:
        return Plan([], sources.lacking)
    sources.form = _usual_form(node)
    plan = _plan(sources)
    others = [replace(sources, form=form) for form in OTHERWISE]
    plan.otherwise = [_plan(other) for other in others if other.usual != sources.usual]
    return plan


def _produced(node: Node, fakes: bool, own: OwnByKey, io_type: str) -> Source | None:
    """The simplest other node that gives this type and can itself be given all it needs."""
    for other, output in producers(node, io_type):
        sources = Sources.of(other, Chooser(other.key, fakes, own))
        if not (sources.lacking or sources.wants_lists):
            named = [fake for source in sources.all.values() for fake in source.fakes]
            return Produced(other, output, partial(_given, sources.all), tuple(named))
    return None


def _usual_form(node: Node) -> Form:
    """Latents of videos for a node that says so; of pictures for all others."""
    schema = node.facts["schema"]
    v1 = node.attribute("CATEGORY")
    category = schema["fields"].get("category") if schema else v1["value"] if v1 else ""
    latents = [facts["id"] for facts in node.inputs if facts["io_type"] == "LATENT"]
    words = [node.key, str(category), *latents] if latents else []
    return VIDEO_FORM if any(OF_VIDEO.search(word) for word in words) else DEFAULT_FORM


def _plan(sources: Sources) -> Plan:
    named = [fake for source in sources.all.values() for fake in source.fakes]
    forms = len(_forms(sources)) + 2
    cases = list(systematic(sources))
    kept = [*cases[:forms], *spread(cases[forms:], MOST_SYSTEMATIC - min(forms, 20))]
    return Plan(kept, fakes=sorted(set(named)), random=partial(at_random, sources))


def systematic(sources: Sources) -> Iterator[Case]:
    """Cases that differ from the defaults in one thing each."""
    default = sources.usual
    yield _case(sources, "defaults", default)
    for name, form in _forms(sources).items():
        yield _case(sources, name, _given(sources.all, form))
    if sources.wants_lists and any(source.is_tensor for source in sources.all.values()):
        yield _two_of_each(_case(sources, "lists:2", default))
    if len(sources.optional) > 1:
        yield _case(sources, "required-only", _given(sources.required, sources.form))
    for name, source in sources.all.items():
        own = source.given(sources.form)
        rest = {other: recipe for other, recipe in default.items() if other not in own}
        if name in sources.optional:
            yield _case(sources, f"absent:{name}", rest)
        for change in source.changes():
            yield _case(sources, change.case, {**rest, **change.given}, change.about)


def _two_of_each(case: Case) -> Case:
    """The case with two tensors in each list: what a node gets that lists are linked to."""
    inputs = {name: {"list": _two(recipe["list"][0])} for name, recipe in case["inputs"].items()}
    return {**case, "inputs": inputs}


def _two(recipe: Recipe) -> list[Recipe]:
    other = {**recipe, "seed": recipe.get("seed", 0) + 500}
    return [recipe, other] if "make" in recipe and not recipe.get("fake") else [recipe]


def _forms(sources: Sources) -> dict[str, Form]:
    """Forms of the node's tensors and types of its templates, by id of the case."""
    every = sources.all.values()
    changes = FORMS if any(source.is_tensor for source in every) else {}
    forms = {name: replace(sources.form, **change) for name, change in changes.items()}
    forms = {name: form for name, form in forms.items() if form != sources.form}
    templates = {name: types for source in every for name, types in source.templates.items()}
    for name, types in templates.items():
        for io_type in types[1:]:
            forms[f"type:{name}={io_type}"] = replace(sources.form, types={name: io_type})
    return forms


def at_random(sources: Sources, number: int) -> list[Case]:
    """``number`` cases with all inputs drawn at once, by Hypothesis and always the same ones.

    Optional inputs are there or not; tensors follow one of the forms of the systematic cases.
    """
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis import strategies as st

    drawn: list[Case] = []
    forms = st.sampled_from([sources.form, *_forms(sources).values()])

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

    required = {name: source.random_given(form) for name, source in sources.required.items()}
    optional = {
        name: source.random_given(form)
        for name, source in sources.optional.items()
        if name not in required  # a finding of its own
    }
    together = st.fixed_dictionaries(required, optional=optional)
    return together.map(lambda drawn: merged(tuple(drawn.values())))


def _given(sources: dict[str, Source], form: Form) -> dict[str, Recipe]:
    return merged(tuple(source.given(form) for source in sources.values()))


def _case(sources: Sources, name: str, given: dict[str, Recipe], about: str = "") -> Case:
    """One case within what a case may cost; ``about``: the input that it is there for."""
    inputs, words = capped(given, sources.usual, sources.bounds, about)
    absent = [
        each
        for each, source in sources.optional.items()
        if inputs.keys().isdisjoint(source.given(DEFAULT_FORM))
    ]
    if sources.wants_lists:
        inputs = {each: {"list": [recipe]} for each, recipe in inputs.items()}
    return {
        "id": name,
        "phase": "systematic",
        "inputs": inputs,
        "capped": words,
        "absent": [*absent, *sources.without],
    }
