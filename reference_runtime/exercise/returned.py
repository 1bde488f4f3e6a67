"""What a node's function gave, read as the host reads it.

Source of the rules: the hosts' merging of results and their bugs (dict returns of v3 nodes, blocks
without a value), which the node API of this package reproduces by level and mode.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.api.output import NodeOutput
from reference_runtime.exercise.facts import Form
from reference_runtime.exercise.invoking import Subject, normalized
from reference_runtime.plain import type_name


@dataclass
class Returned:
    """A return value taken apart. ``values``: in the order of the outputs; None without any."""

    form: Form
    form_type: str
    values: list[Any] | None = None
    ui: Any = None
    expand: Any = None
    block: ExecutionBlocker | None = None
    block_ignored: bool = False
    problem: Exception | None = field(default=None, repr=False)
    """What the host raises for it."""


def read(subject: Subject, raw: Any) -> Returned:
    """Take ``raw`` apart; what the host raises for it stands in ``problem``."""
    returned = Returned(form_of(raw), type_name(raw))
    try:
        (_read_v3 if subject.is_v3 else _read_v1)(returned, subject, raw)
    except Exception as error:
        returned.problem = error
    return returned


def form_of(raw: Any) -> Form:
    """The kind of return value, by what hosts tell apart."""
    if raw is None:
        return "None"
    for kind, form in _FORMS:
        if isinstance(raw, kind):
            return form
    return "other"


_FORMS: tuple[tuple[type, Form], ...] = (
    (NodeOutput, "NodeOutput"),
    (ExecutionBlocker, "ExecutionBlocker"),
    (tuple, "tuple"),
    (list, "list"),
    (dict, "dict"),
)


def _read_v3(returned: Returned, subject: Subject, raw: Any) -> None:
    output = normalized(subject, raw)
    returned.values = list(output.args)
    returned.ui, returned.expand = output.ui, output.expand
    if output.blocks:
        returned.block = ExecutionBlocker(output.block_execution)
    returned.block_ignored = not output.blocks and (
        output.block_execution is not None or isinstance(raw, ExecutionBlocker)
    )
    if returned.ui is not None and not isinstance(returned.ui, Mapping):
        returned.ui = returned.ui.as_dict()


def _read_v1(returned: Returned, subject: Subject, raw: Any) -> None:
    if isinstance(raw, dict):
        returned.ui, returned.expand = raw.get("ui"), raw.get("expand")
        raw = raw.get("result")
        if raw is None:
            return
    if isinstance(raw, ExecutionBlocker):
        returned.block = raw
        return
    returned.values = [raw[index] for index in range(len(raw))]


def declared_outputs(subject: Subject) -> int:
    """How many outputs the class declares."""
    return len(subject.cls.RETURN_TYPES or ())


def output_is_list(subject: Subject, index: int) -> bool:
    """Whether the host takes the output's value apart into a list of values."""
    flags = getattr(subject.cls, "OUTPUT_IS_LIST", None) or ()
    return index < len(flags) and bool(flags[index])
