"""Schema: what a v3 node says about itself, and the frontend's view of it.

Source of the rules: fields, finalize, validate and node info of the v3 API at 0.3.64, 0.3.71,
latest. ``finalize`` changes the lists and outputs it is given, as in the host; a pack that shares
them between schemas is hurt there too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from reference_runtime.api import tables
from reference_runtime.api.badges import PriceBadge
from reference_runtime.api.hidden import Hidden, key_members
from reference_runtime.api.io_base import Input, Output, at_latest
from reference_runtime.api.io_dynamic import (
    DynamicInput,
    DynamicOutput,
    MatchType,
    add_to_dict_v1,
    add_to_dict_v3,
)
from reference_runtime.api.levelled import LevelMeta, note_name
from reference_runtime.levels import ACTIVE


@dataclass
class NodeInfoV1:
    """A node as the frontend gets it. Keys and their order: ``tables.info_keys``."""

    input: dict[str, Any] | None = None
    input_order: dict[str, list[str]] | None = None
    output: list[Any] | None = None
    output_is_list: list[bool] | None = None
    output_name: list[Any] | None = None
    output_tooltips: list[str | None] | None = None
    name: str | None = None
    display_name: str | None = None
    description: str | None = None
    python_module: Any = None
    category: str | None = None
    output_node: bool | None = None
    deprecated: bool | None = None
    experimental: bool | None = None
    api_node: bool | None = None
    is_input_list: bool | None = None
    output_matchtypes: list[str | None] | None = None
    has_intermediate_output: bool | None = None
    dev_only: bool | None = None
    price_badge: dict[str, Any] | None = None
    search_aliases: list[str] | None = None
    essentials_category: str | None = None


@dataclass
class NodeInfoV3:
    """A node in the hosts' unused second form. It has no ``python_module``, hence B3."""

    input: dict[str, Any] | None = None
    output: dict[str, Any] | None = None
    hidden: list[str] | None = None
    name: str | None = None
    display_name: str | None = None
    description: str | None = None
    category: str | None = None
    output_node: bool | None = None
    deprecated: bool | None = None
    experimental: bool | None = None
    api_node: bool | None = None


@dataclass
class Schema(metaclass=LevelMeta):
    """A node's declaration. ``_given`` names the fields that the pack passed explicitly.

    ``inputs``, ``outputs`` and ``hidden`` default to None up to 0.3.71 and to fresh lists at
    latest.
    """

    node_id: str
    display_name: str | None = None
    category: str = "sd"
    inputs: Any = None
    outputs: Any = None
    hidden: Any = None
    description: str = ""
    is_input_list: bool = False
    is_output_node: bool = False
    is_deprecated: bool = False
    is_experimental: bool = False
    is_api_node: bool = False
    not_idempotent: bool = False
    enable_expand: bool = False
    search_aliases: list[str] = field(default_factory=list, kw_only=True)
    is_dev_only: bool = field(default=False, kw_only=True)
    price_badge: PriceBadge | None = field(default=None, kw_only=True)
    accept_all_inputs: bool = field(default=False, kw_only=True)
    essentials_category: str | None = field(default=None, kw_only=True)
    has_intermediate_output: bool = field(default=False, kw_only=True)
    loop_boundary: Any = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        if not ACTIVE.level.list_defaults:
            return
        for name in ("inputs", "outputs", "hidden"):
            if getattr(self, name) is None:
                setattr(self, name, [])

    def validate(self) -> None:
        """Raise ValueError naming every broken rule, one per line.

        Types and ranges are not checked.
        """
        inputs = [each.id for each in _checked_inputs(self.inputs or [])]
        outputs = [each.id for each in self.outputs or []]
        issues = [
            *_repeated(inputs, "input"),
            *_repeated(outputs, "output"),
            *_overlap(inputs, outputs),
        ]
        if issues:
            raise ValueError("\n".join(issues))
        if at_latest():
            self._validate_members()

    def _validate_members(self) -> None:
        for member in (*self.inputs, *self.outputs):
            member.validate()
        if self.price_badge is not None:
            self.price_badge.validate()

    def finalize(self) -> None:
        """Append the hidden values that flags imply; give nameless outputs an id."""
        wanted: list[Hidden] = []
        if self.is_api_node:
            wanted += key_members()
        if self.is_output_node:
            wanted += [Hidden.prompt, Hidden.extra_pnginfo]
        if wanted and self.hidden is None:
            self.hidden = []
        for member in wanted:
            if member not in self.hidden:
                self.hidden.append(member)
        for index, output in enumerate(self.outputs or []):
            if output.id is None:
                output.id = f"_{index}_{output.io_type}_"

    def get_v1_info(self, cls: Any) -> NodeInfoV1:
        """The frontend's view. ``cls`` gives ``python_module``."""
        groups = input_groups(self)
        outputs = dynamic_outputs(self.outputs or [])
        return NodeInfoV1(
            input=groups,
            input_order={group: list(entries) for group, entries in groups.items()},
            output=[output.io_type for output in outputs],
            output_is_list=[output.is_output_list for output in outputs],
            output_name=[output.display_name or output.io_type for output in outputs],
            output_tooltips=[output.tooltip or None for output in outputs],
            name=self.node_id,
            display_name=self.display_name,
            description=self.description,
            python_module=getattr(cls, "RELATIVE_PYTHON_MODULE", None),
            category=self.category,
            output_node=self.is_output_node,
            deprecated=self.is_deprecated,
            experimental=self.is_experimental,
            api_node=self.is_api_node,
            **self._latest_info(outputs),
        )

    def _latest_info(self, outputs: list[Output]) -> dict[str, Any]:
        matched = [
            output.template.template_id if isinstance(output, MatchType.Output) else None
            for output in outputs
        ]
        badge = self.price_badge
        return {
            "is_input_list": self.is_input_list,
            "output_matchtypes": matched if any(matched) else None,
            "has_intermediate_output": self.has_intermediate_output,
            "dev_only": self.is_dev_only,
            "price_badge": badge.as_dict(self.inputs or []) if badge is not None else None,
            "search_aliases": self.search_aliases or None,
            "essentials_category": self.essentials_category,
        }

    def get_v3_info(self, cls: Any) -> NodeInfoV3:
        """The second form (up to 0.3.71).

        Faithful: TypeError, because the host's call is wrong (B3).
        """
        note_name("io.Schema.get_v3_info", tables.MEMBERS["io.Schema.get_v3_info"])
        if ACTIVE.mode == "faithful" and not at_latest():
            raise TypeError("NodeInfoV3() got an unexpected keyword argument 'python_module' (B3)")
        return v3_info(self)


def v3_info(schema: Schema) -> NodeInfoV3:
    """The second form of a finalised schema."""
    inputs: dict[str, Any] = {}
    outputs: dict[str, Any] = {}
    for each in schema.inputs or []:
        add_to_dict_v3(each, inputs)
    for output in schema.outputs or []:
        add_to_dict_v3(output, outputs)
    return NodeInfoV3(
        input=inputs,
        output=outputs,
        hidden=[member.value for member in schema.hidden or []],
        name=schema.node_id,
        display_name=schema.display_name,
        description=schema.description,
        category=schema.category,
        output_node=schema.is_output_node,
        deprecated=schema.is_deprecated,
        experimental=schema.is_experimental,
        api_node=schema.is_api_node,
    )


def v1_entry(info: NodeInfoV1) -> dict[str, Any]:
    """``info`` as the dict the frontend gets, with the active level's keys in its order.

    Raises what copying the pack's values raises (TypeError for ``dict_keys``, for example).
    """
    fields = asdict(info)
    return {key: fields[key] for key in tables.info_keys(ACTIVE.level)}


def input_groups(schema: Schema, include_hidden: bool = True) -> dict[str, Any]:
    """INPUT_TYPES of a schema: ``required`` always, ``optional`` and ``hidden`` only if any."""
    groups: dict[str, Any] = {"required": {}}
    for each in dynamic_inputs(schema.inputs or []):
        add_to_dict_v1(each, groups)
    if schema.hidden and include_hidden:
        groups["hidden"] = {member.name: (member.value,) for member in schema.hidden}
    return groups


def dynamic_inputs(inputs: Iterable[Input]) -> list[Input]:
    """The inputs with every dynamic one replaced by those it stands for."""
    nested = (each.get_dynamic() if isinstance(each, DynamicInput) else [each] for each in inputs)
    return [each for group in nested for each in group]


def dynamic_outputs(outputs: Iterable[Output]) -> list[Output]:
    """The outputs with every dynamic one replaced by those it stands for."""
    nested = (each.get_dynamic() if isinstance(each, DynamicOutput) else [each] for each in outputs)
    return [each for group in nested for each in group]


def _checked_inputs(inputs: list[Any]) -> list[Any]:
    """Inputs whose ids must be unique. The newest host leaves the dynamic ones out."""
    if not at_latest():
        return inputs
    if ACTIVE.mode == "strict":
        return [each.get_all()[0] for each in inputs]
    nested = (each.get_all() for each in inputs if not isinstance(each, DynamicInput))
    return [each for group in nested for each in group]


def _repeated(ids: list[str], what: str) -> list[str]:
    repeated = [name for name, count in Counter(ids).items() if count > 1]
    return [f"every {what} needs an id of its own, repeated: {repeated}"] if repeated else []


def _overlap(inputs: list[str], outputs: list[str]) -> list[str]:
    if not ACTIVE.level.overlap_rule:
        return []
    both = [name for name in dict.fromkeys(inputs) if name in set(outputs)]
    return [f"an input and an output can't share an id, shared: {both}"] if both else []
