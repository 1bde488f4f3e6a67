"""Price badges and node replacements (latest).

Source: fields, dict forms and checks of the newest v3 API.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypedDict, Union

from reference_runtime.api.io_base import Input, WidgetInput


@dataclass
class PriceBadgeDepends:
    """Ids of what a price expression reads."""

    widgets: list[str] = field(default_factory=list)
    inputs: list[str] = field(default_factory=list)
    input_groups: list[str] = field(default_factory=list)

    def validate(self) -> None:
        """ValueError unless each is a list of strings."""
        for name in ("widgets", "inputs", "input_groups"):
            value = getattr(self, name)
            if not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
                raise ValueError(f"depends_on.{name} must be a list of strings, not {value!r}")

    def as_dict(self, schema_inputs: list[Input]) -> dict[str, Any]:
        """The ids, widgets with their io type. ValueError when a widget is no input of the node."""
        known = {
            nested.id: str(nested.get_io_type())
            for each in schema_inputs
            for nested in each.get_all()
            if isinstance(nested, WidgetInput) or nested.get_all() != [nested]
        }
        unknown = [name for name in self.widgets if name not in known]
        if unknown:
            raise ValueError(f"depends_on.widgets names {unknown}; the widgets are {list(known)}")
        return {
            "widgets": [{"name": name, "type": known[name]} for name in self.widgets],
            "inputs": self.inputs,
            "input_groups": self.input_groups,
        }


@dataclass
class PriceBadge:
    """What a run costs, as an expression that the frontend evaluates."""

    expr: str
    depends_on: PriceBadgeDepends = field(default_factory=PriceBadgeDepends)
    engine: str = "jsonata"

    def validate(self) -> None:
        """ValueError for an engine that is not jsonata, an empty expression, wrong dependencies."""
        if self.engine != "jsonata":
            raise ValueError(f"engine {self.engine!r} is unknown, only 'jsonata' exists")
        if not (isinstance(self.expr, str) and self.expr):
            raise ValueError(f"expr must be a text with something in it, not {self.expr!r}")
        self.depends_on.validate()

    def as_dict(self, schema_inputs: list[Input]) -> dict[str, Any]:
        """The badge as the frontend gets it."""
        return {
            "engine": self.engine,
            "depends_on": self.depends_on.as_dict(schema_inputs),
            "expr": self.expr,
        }


class InputMapOldId(TypedDict):
    new_id: str
    old_id: str


class InputMapSetValue(TypedDict):
    new_id: str
    set_value: Any


class OutputMap(TypedDict):
    new_idx: int
    old_idx: int


InputMap = Union[InputMapOldId, InputMapSetValue]  # noqa: UP007


class NodeReplace:
    """Says that a node took another's place, so that saved workflows can be moved over."""

    def __init__(
        self,
        new_node_id: str,
        old_node_id: str,
        old_widget_ids: list[str] | None = None,
        input_mapping: list[InputMap] | None = None,
        output_mapping: list[OutputMap] | None = None,
    ) -> None:
        self.new_node_id = new_node_id
        self.old_node_id = old_node_id
        self.old_widget_ids = old_widget_ids
        self.input_mapping = input_mapping
        self.output_mapping = output_mapping

    def as_dict(self) -> dict[str, Any]:
        """All five fields; the mappings as lists, or None when empty."""
        fields = dict(vars(self))
        for name in ("input_mapping", "output_mapping"):
            fields[name] = list(fields[name]) if fields[name] else None
        return fields
