"""Inputs that grow or change with the prompt, as the newest API has them.

MatchType, Autogrow, DynamicCombo and DynamicSlot; and MatchType's older, broken form, which the
levels up to 0.3.71 have instead (B9). Source: constructors and ``as_dict`` of the newest v3 API.
"""

from __future__ import annotations

import copy
from abc import ABC
from typing import Any

from reference_runtime.api import io_base as base
from reference_runtime.api.internal import prune_dict
from reference_runtime.api.io_base import ComfyTypeI, ComfyTypeIO, WidgetInput, branded, comfytype
from reference_runtime.api.io_sockets import AnyType
from reference_runtime.levels import ACTIVE, COMFY_LATEST
from reference_runtime.touches import LOG


class DynamicInput(base.Input, ABC):
    """An input that stands for others.

    Up to 0.3.71 ``get_dynamic`` gives the inputs that replace it in the frontend's entry; from
    latest on ``get_all`` lists what is nested in it.
    """

    def get_dynamic(self) -> list[base.Input]:
        return [self]


class DynamicOutput(base.Output, ABC):
    """An output that stands for others (up to 0.3.71)."""

    def get_dynamic(self) -> list[base.Output]:
        return [self]


def inputs_as_v1(inputs: list[base.Input]) -> dict[str, Any]:
    """Inputs in the frontend's groups: ``{"required": {...}, "optional": {...} if any}``."""
    groups: dict[str, Any] = {"required": {}}
    for each in inputs:
        add_to_dict_v1(each, groups)
    return groups


def add_to_dict_v1(i: base.Input, d: dict[str, Any]) -> None:
    """Put ``id: (io type, options without "optional")`` into the group the input belongs to."""
    options = i.as_dict()
    options.pop("optional", None)
    group = "optional" if i.optional else "required"
    d.setdefault(group, {})[i.id] = (i.get_io_type(), options)


def add_to_dict_v3(io: base.Input | base.Output, d: dict[str, Any]) -> None:
    """Put ``id: (io type, all options)`` into ``d``."""
    d[io.id] = (io.get_io_type(), io.as_dict())  # type: ignore[index]


# --- MatchType ----------------------------------------------------------------------------------


class _Template:
    """A type variable: the inputs and outputs that share it have the same type.

    Up to 0.3.71 the allowed types must be a list (TypeError otherwise) and are joined without a
    separator (B9).
    """

    def __init__(self, template_id: str, allowed_types: Any = None) -> None:
        if allowed_types is None:
            _note_newer("io.MatchType.Template() without allowed_types")
            allowed_types = [AnyType]
        self.template_id = template_id
        if ACTIVE.level.dynamic_inputs and not isinstance(allowed_types, (list, tuple)):
            allowed_types = [allowed_types]
        self.allowed_types = allowed_types

    def as_dict(self) -> dict[str, Any]:
        separator = "," if ACTIVE.level.dynamic_inputs else ""
        types = [kind.io_type for kind in self.allowed_types]
        return {"template_id": self.template_id, "allowed_types": separator.join(types)}


@comfytype(branded("MATCHTYPE_V3"))
class MatchType(ComfyTypeIO):
    Template = _Template

    class Input(DynamicInput):
        """An input whose type is the template's."""

        def __init__(
            self,
            id: str,
            template: _Template,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
        ) -> None:
            super().__init__(
                id, display_name, optional, tooltip, lazy, extra_dict, raw_link, advanced
            )
            self.template = template

        def as_dict(self) -> dict[str, Any]:
            return super().as_dict() | {"template": self.template.as_dict()}

    class Output(DynamicOutput):
        """An output whose type is the template's.

        The first two arguments are (template, id) at latest and (id, template) before; either order
        is understood, because the types tell them apart.
        """

        def __init__(
            self,
            template: Any = None,
            id: Any = None,
            display_name: str | None = None,
            tooltip: str | None = None,
            is_output_list: bool = False,
        ) -> None:
            if isinstance(id, _Template) or isinstance(template, str):
                template, id = id, template
            elif isinstance(template, _Template) and not isinstance(id, str):
                _note_newer("io.MatchType.Output() without id")
            if template is None:
                raise TypeError("MatchType.Output needs a template")
            if ACTIVE.level.dynamic_inputs and not (id or display_name):
                display_name = "MATCHTYPE"
            super().__init__(id, display_name, tooltip, is_output_list)
            self.template = template

        def as_dict(self) -> dict[str, Any]:
            return super().as_dict() | {"template": self.template.as_dict()}


def _note_newer(form: str) -> None:
    """Record a way of calling that only latest understands."""
    if not ACTIVE.level.dynamic_inputs:
        LOG.record(form, "newer", level=COMFY_LATEST.name)


# --- Autogrow -----------------------------------------------------------------------------------

MAX_GROWN = 100


class _AutogrowTemplate:
    """The input that is repeated. A widget is only shown as a socket; nesting is refused."""

    names: list[str]
    min: int

    def __init__(self, input: base.Input) -> None:
        if isinstance(input, DynamicInput):
            raise AssertionError("an Autogrow template can't repeat another dynamic input")
        self.input = copy.copy(input)
        if isinstance(self.input, WidgetInput):
            self.input.force_input = True

    def get_all(self) -> list[base.Input]:
        """The repeated inputs, as named."""
        return [self._named(name) for name in self.names]

    def _named(self, name: str) -> base.Input:
        named = copy.copy(self.input)
        named.id = name
        return named

    def as_dict(self) -> dict[str, Any]:
        return {"input": inputs_as_v1([self.input])}

    def validate(self) -> None:
        self.input.validate()


class TemplatePrefix(_AutogrowTemplate):
    """Repeats the input as ``<prefix>0``, ``<prefix>1``, ... between ``min`` and ``max`` times.

    AssertionError unless 0 <= min and 1 <= max <= 100.
    """

    def __init__(self, input: base.Input, prefix: str, min: int = 1, max: int = 10) -> None:
        super().__init__(input)
        if min < 0 or not 1 <= max <= MAX_GROWN:
            raise AssertionError(f"min={min}, max={max}: need 0 <= min and 1 <= max <= {MAX_GROWN}")
        self.prefix = prefix
        self.min = min
        self.max = max
        self.names = [f"{prefix}{index}" for index in range(max)]

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"prefix": self.prefix, "min": self.min, "max": self.max}


class TemplateNames(_AutogrowTemplate):
    """Repeats the input once per name; the first ``min`` are required. At most 100 names count."""

    def __init__(self, input: base.Input, names: list[str], min: int = 1) -> None:
        super().__init__(input)
        if min < 0:
            raise AssertionError(f"min={min}: must not be negative")
        self.names = list(names)[:MAX_GROWN]
        self.min = min

    def as_dict(self) -> dict[str, Any]:
        return super().as_dict() | {"names": self.names, "min": self.min}


@comfytype(branded("AUTOGROW_V3"))
class Autogrow(ComfyTypeI):
    Type = dict[str, Any]
    TemplatePrefix = TemplatePrefix
    TemplateNames = TemplateNames

    class Input(DynamicInput):
        """An input that repeats a template; ``execute`` gets a dict of name to value."""

        def __init__(
            self,
            id: str,
            template: TemplatePrefix | TemplateNames,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
        ) -> None:
            super().__init__(id, display_name, optional, tooltip, lazy, extra_dict)
            self.template = template

        def as_dict(self) -> dict[str, Any]:
            return super().as_dict() | {"template": self.template.as_dict()}

        def get_all(self) -> list[base.Input]:
            return [self, *self.template.get_all()]

        def validate(self) -> None:
            self.template.validate()


# --- DynamicCombo -------------------------------------------------------------------------------


class _Option:
    """One choice and the inputs that it brings."""

    def __init__(self, key: str, inputs: list[base.Input]) -> None:
        self.key = key
        self.inputs = inputs

    def as_dict(self) -> dict[str, Any]:
        return {"key": self.key, "inputs": inputs_as_v1(self.inputs)}


@comfytype(branded("DYNAMICCOMBO_V3"))
class DynamicCombo(ComfyTypeI):
    Type = dict[str, Any]
    Option = _Option

    class Input(DynamicInput):
        """A choice whose option decides which further inputs exist (``<id>.<nested id>``)."""

        def __init__(
            self,
            id: str,
            options: list[_Option],
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
        ) -> None:
            super().__init__(id, display_name, optional, tooltip, lazy, extra_dict)
            self.options = options

        def as_dict(self) -> dict[str, Any]:
            return super().as_dict() | {"options": [option.as_dict() for option in self.options]}

        def get_all(self) -> list[base.Input]:
            return [self, *(nested for option in self.options for nested in option.inputs)]

        def validate(self) -> None:
            for nested in self.get_all()[1:]:
                nested.validate()


# --- DynamicSlot --------------------------------------------------------------------------------


@comfytype(branded("DYNAMICSLOT_V3"))
class DynamicSlot(ComfyTypeI):
    Type = dict[str, Any]

    class Input(DynamicInput):
        """A socket that brings further inputs once something is connected; always optional."""

        def __init__(
            self,
            slot: base.Input,
            inputs: list[base.Input],
            display_name: str | None = None,
            tooltip: str | None = None,
            lazy: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
        ) -> None:
            if isinstance(slot, DynamicInput):
                raise AssertionError("a DynamicSlot can't hold another dynamic input")
            super().__init__(
                slot.id,
                display_name if display_name is not None else slot.display_name,
                True,
                tooltip if tooltip is not None else slot.tooltip,
                lazy if lazy is not None else slot.lazy,
                extra_dict if extra_dict is not None else slot.extra_dict,
            )
            self.slot = slot
            self.inputs = inputs

        def as_dict(self) -> dict[str, Any]:
            own = {
                "slotType": str(self.slot.get_io_type()),
                "inputs": inputs_as_v1(self.inputs),
                "forceInput": getattr(self.slot, "force_input", None),
            }
            return super().as_dict() | prune_dict(own)

        def get_all(self) -> list[base.Input]:
            return [self.slot, *self.inputs]

        def validate(self) -> None:
            for nested in self.get_all():
                nested.validate()
