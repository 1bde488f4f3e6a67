"""Where nodes live, as the engine sees it: a table of classes and what can be asked of them.

A value of a node is opaque to the engine: it takes it from one call and hands it to the next, and
never looks inside. Constants of the prompt are plain JSON data and stand for themselves. Inputs
are always lists, one element for each call that list mapping makes.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Value = Any
"""What a node gave: an object of the pack, or a handle to one in another process."""
Inputs = dict[str, list[Value]]
Compare = Literal["plain", "sets", "always"]
"""How a type object answers ``!=``: as a string; aware of ``*`` and comma-separated sets; or it is
unequal to nothing."""


class Perishable:
    """A handle to a value elsewhere, which may be lost with the process that holds it."""

    __slots__ = ()

    @property
    def stale(self) -> bool:
        """Whether the value is lost."""
        raise NotImplementedError


@dataclass(frozen=True)
class WireType:
    """An io type: its text, or the options of an old-style combo, and how it compares."""

    text: Any
    compare: Compare = "plain"


@dataclass(frozen=True)
class InputFacts:
    """One declared input. ``options`` is the dict that goes to the frontend."""

    type: WireType
    group: Literal["required", "optional"]
    options: Mapping[str, Any]
    entry: Any
    """The entry of INPUT_TYPES as plain data, for messages."""

    @property
    def lazy(self) -> bool:
        return bool(self.options.get("lazy"))

    @property
    def raw_link(self) -> bool:
        return bool(self.options.get("rawLink"))


@dataclass(frozen=True)
class NodeFacts:
    """A node class as a prompt of these constants sees it."""

    class_type: str
    is_v3: bool
    is_async: bool
    is_output: bool
    inputs: Mapping[str, InputFacts]
    hidden: Mapping[str, str]
    """Hidden inputs: name to token ("UNIQUE_ID", "PROMPT", ...)."""
    outputs: tuple[WireType, ...]
    output_lists: tuple[bool, ...] = ()
    """Which outputs give lists; shorter than ``outputs`` when not all are told."""
    input_is_list: bool = False
    not_idempotent: bool = False
    id_in_key: bool = False
    """The node's id is part of its cache key."""
    fingerprints: bool = False
    has_lazy_check: bool = False
    validates: frozenset[str] = frozenset()
    """Names of the parameters of its validator; empty when it has none."""
    validates_all: bool = False
    """The validator takes ``**kwargs``."""
    dynamic: bool = False
    """What it declares depends on the constants."""

    @property
    def has_validator(self) -> bool:
        return bool(self.validates) or self.validates_all


@dataclass(frozen=True)
class Call:
    """A call of a node's hook or function. ``hidden``: by token, only what the node asks for."""

    prompt_id: str
    node_id: str
    class_type: str
    inputs: Inputs
    hidden: Mapping[str, Any] = field(default_factory=dict)
    missing: frozenset[str] = frozenset()
    """Inputs that have no value yet (lazy checks)."""


@dataclass(frozen=True)
class TypeFault:
    """A value that is not of the type its input or output declares. A finding, not an error."""

    node_id: str
    class_type: str
    side: Literal["input", "output"]
    name: str
    declared: str
    found: str


@dataclass(frozen=True)
class Expansion:
    """What one call of a node gave when at least one of its calls gave a graph.

    ``graph``: prompt data, None for a call that did not expand. ``values``: values and links.
    """

    graph: dict[str, Any] | None
    values: list[Value]


@dataclass(frozen=True)
class Reply:
    """What running a node gave. With ``expansions``, ``outputs`` is empty until they are done."""

    outputs: list[list[Value]] = field(default_factory=list)
    """Per output, the items of its list."""
    ui: dict[str, Any] = field(default_factory=dict)
    expansions: list[Expansion] = field(default_factory=list)
    blocked: list[str] = field(default_factory=list)
    """Messages of blockers that this node is the first to meet."""
    faults: list[TypeFault] = field(default_factory=list)


@dataclass(frozen=True)
class Pending:
    """A coroutine of the node is still under way."""

    reply: Awaitable[Reply]
    """Raises NodeFailed."""


class NodeFailed(Exception):
    """A node's code raised. ``inputs``: by name, what it was called with, as short texts."""

    def __init__(
        self,
        type_name: str,
        message: str,
        traceback: list[str],
        inputs: dict[str, list[Any]] | None = None,
        interrupted: bool = False,
    ) -> None:
        super().__init__(message)
        self.type_name = type_name
        self.message = message
        self.traceback = traceback
        self.inputs = inputs or {}
        self.interrupted = interrupted


ProgressEvent = Callable[[str, float, float], None]
"""Node id, value, maximum."""


class NodeHost(Protocol):
    """Nodes of one or more packs, in this process or in others."""

    async def facts(
        self, class_type: str, constants: Mapping[str, Any] | None = None
    ) -> NodeFacts | None:
        """What the class declares now; None when there is no such class.

        ``constants`` (inputs that are no links) decide for classes that are ``dynamic``. Raises
        NodeFailed.
        """

    async def begin(
        self, prompt_id: str, on_progress: ProgressEvent, client_id: str | None = None
    ) -> None:
        """A prompt starts, sent by that client: interruptions of earlier ones are forgotten."""

    async def validate(self, call: Call, types: Mapping[str, Any] | None) -> list[Any]:
        """Results of the validator, one per call: True, or a text or False to refuse.

        ``types``: received types by input, for validators that ask for ``input_types``. Raises
        NodeFailed.
        """

    async def fingerprint(self, call: Call) -> Any:
        """The node's fingerprint as data that compares like it; NaN never equals itself."""

    async def lazy(self, call: Call) -> list[str]:
        """Names of inputs that the node wants evaluated. Raises NodeFailed."""

    async def run(self, call: Call) -> Reply | Pending:
        """Run the node. Raises NodeFailed."""

    async def spread(self, value: Value) -> list[Value]:
        """The items of a value that is a list; a blocker is one item."""

    def interrupt(self) -> None:
        """Stop what runs, at its next look for interruptions (any thread)."""

    async def keep(self, nodes: Collection[tuple[str, str]]) -> None:
        """Drop the instances of v1 nodes, (id, class), that are not among these."""

    async def release(self, values: Collection[Value]) -> None:
        """These values are no longer needed."""

    async def object_info(self, class_type: str | None = None) -> dict[str, Any]:
        """What clients see of the nodes (``/object_info``), by class; one or, with None, all.

        Classes that can't say it are left out; no class of that name gives an empty dict.
        """

    async def close(self) -> None:
        """End what was started for the nodes. Safe to call again."""
