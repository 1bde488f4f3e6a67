"""Which source an input has, or why it has none."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reference_runtime.description import InputFacts
from studio_conformance.strategies.coming import Autogrow, DynamicCombo, DynamicSlot, Inner
from studio_conformance.strategies.cost import Bounds
from studio_conformance.strategies.given import Given, Own, OwnByKey
from studio_conformance.strategies.mixed import Matched, Union, any_types
from studio_conformance.strategies.plain import Boolean, Combo, Number, Text, plain_options
from studio_conformance.strategies.sources import Source, spec_number
from studio_conformance.strategies.tensors import FAKES, SHAPES, Fake, Tensor

_COMING = re.compile(r"^[A-Z]+_(MATCHTYPE|DYNAMICCOMBO|AUTOGROW|DYNAMICSLOT)_V3$")
PLAIN: dict[str, Callable[[InputFacts], Source]] = {
    "INT": Number,
    "FLOAT": Number,
    "STRING": Text,
    "BOOLEAN": Boolean,
}
FAKE_OFFERED = "needs weights; --studio-fakes gives a small stand-in"


class NoSource(Exception):
    """No value can be made for the input; the message says why."""


@dataclass(frozen=True)
class Chooser:
    """Chooses sources for the inputs of one node.

    ``fakes``: stand-ins may be given for what needs weights. ``own``: values that a pack or a
    caller gives, by "Node.input" or io type.
    """

    node: str = ""
    fakes: bool = False
    own: OwnByKey = field(default_factory=dict)
    bounds: dict[str, Bounds] = field(default_factory=dict)
    """Of the numbers that sources were chosen for, by name."""
    produced: Callable[[str], Source | None] = lambda io_type: None
    """A source of what other nodes of the pack give of an io type that nothing else is known of."""

    def source(self, facts: InputFacts, seed: int) -> Source:
        """The source of the input's values; ``seed``: a number of its own. Raises NoSource."""
        own = self.own.get(f"{self.node}.{facts['id']}") or self._own_type(facts)
        source = Given(own) if own else self._source(facts, seed)
        source.name = facts["id"]
        return source

    def _own_type(self, facts: InputFacts) -> Own | None:
        return None if facts["options"] is not None else self.own.get(facts["io_type"])

    def _source(self, facts: InputFacts, seed: int) -> Source:
        coming = _COMING.match(facts["io_type"])
        if coming:
            return self._coming(coming[1], facts, seed)
        if facts["options"] is not None:
            if not plain_options(facts):
                raise NoSource("its list of options is empty on this machine")
            return Combo(facts)
        if facts["io_type"] == "*":
            return Union(self._by_type(facts, any_types(facts["id"]), seed))
        if "," in facts["io_type"]:
            types = [name.strip() for name in facts["io_type"].split(",")]
            return Union(self._by_type(facts, types, seed))
        return self._of_type(facts, seed)

    def _of_type(self, facts: InputFacts, seed: int) -> Source:
        io_type = facts["io_type"]
        if io_type in PLAIN:
            self._note_bounds(facts)
            return PLAIN[io_type](facts)
        if io_type in SHAPES:
            return Tensor(io_type, seed)
        if io_type in FAKES:
            if not self.fakes:
                raise NoSource(FAKE_OFFERED)
            return Fake(io_type)
        produced = self.produced(io_type)
        if produced is not None:
            return produced
        raise NoSource("no way is known to make a value of this type")

    def _note_bounds(self, facts: InputFacts) -> None:
        least, step = spec_number(facts, "min"), spec_number(facts, "step")
        whole = facts["io_type"] == "INT"
        usual = 1 if whole else 0.01
        least = least if least is not None else usual
        self.bounds[facts["id"]] = Bounds(least, step or usual, whole)

    def _by_type(self, facts: InputFacts, types: Iterable[str], seed: int) -> dict[str, Source]:
        """The sources of those io types that have one, honest ones where there are any.

        Raises NoSource when none has.
        """
        found: dict[str, Source] = {}
        reason = "no way is known to make a value of any of these types"
        for io_type in types:
            one = {**facts, "io_type": io_type, "options": None}
            try:
                found[io_type] = self.source(one, seed)  # type: ignore[arg-type]
            except NoSource as lack:
                reason = FAKE_OFFERED if str(lack) == FAKE_OFFERED else reason
        if not found:
            raise NoSource(reason)
        return {name: source for name, source in found.items() if not source.fakes} or found

    # --- inputs that come and go ------------------------------------------------------------------

    def _coming(self, kind: str, facts: InputFacts, seed: int) -> Source:
        try:
            make = {
                "MATCHTYPE": self._matched,
                "DYNAMICCOMBO": self._combo,
                "AUTOGROW": self._row,
                "DYNAMICSLOT": self._slot,
            }[kind]
            return make(facts, seed)
        except (KeyError, TypeError, AttributeError, ValueError):
            raise NoSource("its entry does not say which inputs it brings") from None

    def _matched(self, facts: InputFacts, seed: int) -> Source:
        template = facts["spec"]["template"]
        types = [name.strip() for name in template["allowed_types"].split(",")]
        wanted = any_types(facts["id"]) if "*" in types else types
        return Matched(template["template_id"], self._by_type(facts, wanted, seed))

    def _combo(self, facts: InputFacts, seed: int) -> Source:
        options: dict[str, Inner] = {}
        lack: NoSource | None = None
        for option in facts["spec"]["options"]:
            try:
                options[option["key"]] = self._inner(facts["id"], option["inputs"], seed)
            except NoSource as reason:
                lack = reason
        if not options:
            raise lack or NoSource("its list of options is empty on this machine")
        return DynamicCombo(options, facts["spec"].get("default"))

    def _slot(self, facts: InputFacts, seed: int) -> Source:
        slot = {**facts, "io_type": facts["spec"]["slotType"]}
        inner = self._inner(facts["id"], facts["spec"]["inputs"], seed)
        return DynamicSlot(self.source(slot, seed), inner)  # type: ignore[arg-type]

    def _row(self, facts: InputFacts, seed: int) -> Source:
        template = facts["spec"]["template"]
        entry = next(each for group in template["input"].values() for each in group.values())
        names = template.get("names") or [
            f"{template['prefix']}{index}" for index in range(template["max"])
        ]
        row = [
            self.source(entry_facts(f"{facts['id']}.{name}", "required", entry), seed + 50 * place)
            for place, name in enumerate(names)
        ]
        return Autogrow(row, int(template["min"]))

    def _inner(self, above: str, groups: Mapping[str, Any], seed: int) -> Inner:
        """The sources inside an option. Raises NoSource for a required input without one."""
        found: list[Source] = []
        for group in ("required", "optional"):
            for name, entry in (groups.get(group) or {}).items():
                facts = entry_facts(f"{above}.{name}", group, entry)
                try:
                    found.append(self.source(facts, seed + 10 * (len(found) + 1)))
                except NoSource:
                    if group == "required":
                        raise
        return Inner(found)


def entry_facts(name: str, group: str, entry: Any) -> InputFacts:
    """Facts of an input from its entry in the frontend's form: (io type or options, options)."""
    kind, spec = entry[0], dict(entry[1]) if len(entry) > 1 else {}
    listed = isinstance(kind, (list, tuple))
    options = list(kind) if listed else spec.get("options")
    return {
        "id": name, "id_type": "str", "group": group,  # type: ignore[typeddict-item]
        "io_type": "COMBO" if listed else str(kind), "io_type_kind": "list" if listed else "str",
        "io_type_class": "str", "neutral": False, "widget": None, "spec": spec, "defects": [],
        "options": options, "options_type": "list" if options is not None else None,
        "entry_problem": None, "default_type": None,
    }  # fmt: skip
