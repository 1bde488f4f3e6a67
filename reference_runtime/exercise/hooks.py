"""The hooks of a node called the way the host calls them for a case.

Source of the rules: the host hands constants to validators and fingerprints and None for what comes
over a link; only parameters a validator names are given; a validator must give True.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any, Literal

from reference_runtime.api.internal import first_real_override
from reference_runtime.exercise.facts import HookFacts
from reference_runtime.exercise.failing import Stage, case_failure
from reference_runtime.exercise.invoking import (
    NODE_ID,
    Subject,
    clone_of,
    hidden_values,
    in_loop,
)
from reference_runtime.exercise.state import seed_all
from reference_runtime.loading.place import Place
from reference_runtime.plain import to_plain, type_name

Role = Literal["validate_inputs", "fingerprint_inputs", "check_lazy_status"]
Variant = Literal["constants", "linked"]
_V1_NAMES: dict[Role, str] = {
    "validate_inputs": "VALIDATE_INPUTS",
    "fingerprint_inputs": "IS_CHANGED",
    "check_lazy_status": "check_lazy_status",
}


class Hooks:
    """The hooks of one node. ``target``: the instance they are called on where they need one."""

    def __init__(self, subject: Subject, place: Place, loop: Any = None) -> None:
        self.subject, self.place, self.loop = subject, place, loop

    def facts(self, inputs: Mapping[str, Any], *, linked: bool) -> list[HookFacts]:
        """Call each hook the node has; ``linked``: also as if every input came over a link."""
        found = []
        variants: list[Variant] = ["constants", "linked"] if linked else ["constants"]
        for variant in variants:
            for role, call in (
                ("validate_inputs", self.validate),
                ("fingerprint_inputs", self.fingerprint),
                ("check_lazy_status", self.lazy),
            ):
                facts = call(inputs, variant)
                if facts is not None and not (role == "check_lazy_status" and variant == "linked"):
                    found.append(facts)
        return found

    def validate(self, inputs: Mapping[str, Any], variant: Variant) -> HookFacts | None:
        """The validator's answer; None where there is none."""
        hook = self._hook("validate_inputs")
        if hook is None:
            return None
        names, takes_all = _parameters(hook)
        given = {
            name: value
            for name, value in self._known(inputs, variant).items()
            if takes_all or name in names
        }
        if "input_types" in names:
            given["input_types"] = self._received(inputs, variant)
        facts = self._call("validate_inputs", variant, "validate", lambda: hook(**given))
        if facts["failure"] is None:
            facts["accepted"] = facts["value"] is True
        return facts

    def fingerprint(self, inputs: Mapping[str, Any], variant: Variant) -> HookFacts | None:
        """The fingerprint, asked for twice; None where there is none."""
        hook = self._hook("fingerprint_inputs")
        if hook is None:
            return None
        given = {**self._known(inputs, variant), **self._hidden_v1()}
        values: list[Any] = []

        def ask() -> Any:
            values.append(self._awaited(hook(**given)))
            return values[-1]

        facts = self._call("fingerprint_inputs", variant, "execute", ask)
        if facts["failure"] is None:
            facts["hashable"] = _is_hashable(values[0])
            again = self._call("fingerprint_inputs", variant, "execute", ask)
            facts["failure"] = again["failure"]
            facts["same_again"] = len(values) == 2 and _equal(values[0], values[1])
        return facts

    def lazy(self, inputs: Mapping[str, Any], variant: Variant) -> HookFacts | None:
        """What it asks for while nothing lazy is known; None where there is no hook."""
        hook = self._hook("check_lazy_status")
        if hook is None:
            return None
        unknown: Any = (None,) if self.subject.wants_lists else None
        lazy = self.subject.lazy
        given = {name: unknown if name in lazy else value for name, value in inputs.items()}
        given = {**given, **self._hidden_v1()}
        facts = self._call("check_lazy_status", variant, "lazy", lambda: hook(**given))
        asked = facts["value"] if isinstance(facts["value"], list) else []
        facts["unknown"] = [str(name) for name in asked if name not in self.subject.types]
        return facts

    # --- how ------------------------------------------------------------------------------------

    def _hook(self, role: Role) -> Callable[..., Any] | None:
        """The hook as the host would call it; None where the node has none of its own."""
        subject = self.subject
        if not subject.is_v3:
            found = getattr(subject.cls, _V1_NAMES[role], None)
            return found if role != "check_lazy_status" or found is None else self._on_instance()
        try:
            if first_real_override(subject.cls, role) is None:
                return None
        except AttributeError:
            return None  # no classmethod: a finding of its own
        if role == "fingerprint_inputs":
            return getattr(subject.cls, role)  # type: ignore[no-any-return]
        before_a_run = {"UNIQUE_ID": NODE_ID, "PROMPT": {}}
        known = role == "validate_inputs"
        clone = clone_of(subject, before_a_run if known else hidden_values(subject, {}))
        return getattr(clone, role)  # type: ignore[no-any-return]

    def _on_instance(self) -> Callable[..., Any] | None:
        try:
            return self.subject.fresh().check_lazy_status  # type: ignore[no-any-return]
        except Exception:
            return None  # told by the run itself

    def _hidden_v1(self) -> dict[str, Any]:
        if self.subject.is_v3:
            return {}
        values = hidden_values(self.subject, {})
        return {name: values.get(token) for name, token in self.subject.hidden.items()}

    def _known(self, inputs: Mapping[str, Any], variant: Variant) -> dict[str, Any]:
        """What is known before a run: constants, and None for links."""
        constants = self.subject.constants if variant == "constants" else frozenset()
        known = {name: v if name in constants else None for name, v in inputs.items()}
        if not self.subject.wants_lists:
            return known
        return {name: v[0] if isinstance(v, list) and v else v for name, v in known.items()}

    def _received(self, inputs: Mapping[str, Any], variant: Variant) -> dict[str, str]:
        constants = self.subject.constants if variant == "constants" else frozenset()
        return {n: self.subject.types.get(n, "*") for n in inputs if n not in constants}

    def _awaited(self, value: Any) -> Any:
        return in_loop(value, self.loop) if inspect.isawaitable(value) else value

    def _call(
        self, role: Role, variant: Variant, stage: Stage, ask: Callable[[], Any]
    ) -> HookFacts:
        facts: HookFacts = {
            "role": role, "variant": variant, "type": "", "value": None, "defects": [],
            "accepted": None, "hashable": None, "same_again": None, "unknown": [], "failure": None,
        }  # fmt: skip
        seed_all(0)
        try:
            value = self._awaited(ask())
            facts["type"] = type_name(value)
            facts["value"], facts["defects"] = to_plain(value)
        except (Exception, SystemExit) as error:
            facts["failure"] = case_failure(error, self.place, stage)
        return facts


def _parameters(hook: Callable[..., Any]) -> tuple[frozenset[str], bool]:
    """Names that the host sees, and whether the hook takes every name."""
    try:
        found = inspect.signature(hook).parameters.values()
    except (ValueError, TypeError):
        return frozenset(), True
    named = frozenset(p.name for p in found if p.kind is p.POSITIONAL_OR_KEYWORD)
    return named, any(p.kind is p.VAR_KEYWORD for p in found)


def _is_hashable(value: Any) -> bool:
    try:
        hash(value)
    except TypeError:
        return isinstance(value, (list, dict))  # hosts turn plain containers into keys
    return True


def _equal(first: Any, second: Any) -> bool:
    """As the cache compares; NaN never equals itself."""
    try:
        return bool(first == second)
    except Exception:
        return False
