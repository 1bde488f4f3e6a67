"""What is observed when a node runs on one input: the contract between worker and checks.

Plain JSON data, like a description. A value of the pack is never here: only its summary (see
``reference_runtime.recipes``) or plain data with a list of what JSON can't hold. Standard library
only: both sides import this module.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

from reference_runtime.description import Failure
from reference_runtime.plain import Defect

if TYPE_CHECKING:
    from reference_runtime.escapes.facts import EscapesFacts
    from reference_runtime.recipes import Summary

Recipe = Any
"""JSON from which the worker makes a value; see ``reference_runtime.recipes``."""

Outcome = Literal["returned", "raised", "refused", "blocked", "crashed", "hung", "not_run"]
"""returned: the function gave something the host accepts (an ``expand`` too). raised: it raised,
or what it gave made the host raise (``failure.stage`` tells). refused: its validate hook refused
the input, so it was not called. blocked: it gave blockers in all outputs. crashed: its worker ended
(exit, signal, memory). hung: no answer within the deadline. not_run: ``reason`` tells why."""

Rejection = Literal["clear", "programming", "environment", "host", "other"]
"""clear: ValueError and its kin, AssertionError, RuntimeError, raised with a message by a line of
the pack itself. programming: TypeError, AttributeError, KeyError, IndexError, UnboundLocalError,
NameError, ZeroDivisionError and kin. environment: a missing dependency, file, model or feature of
this machine or of our stand-in; never a finding. host: what the node returned made the host raise.
other: everything else, e.g. a library's RuntimeError about shapes."""

Form = Literal["tuple", "list", "dict", "NodeOutput", "None", "ExecutionBlocker", "other"]

RelationName = Literal[
    "again", "other_rng", "same_instance", "other_path", "split_batch", "growth"
]  # fmt: skip
"""again: a fresh instance, same state of the global random generators. other_rng: a fresh instance,
another state of them. same_instance: another case is run, then this one again on the instance that
the other was run on. other_path: a v3 node called through its v1 face. split_batch: each element
of the batch alone, results joined. growth: many runs on one instance; see ``resident``."""


class CaseFailure(Failure):
    """An exception that ended a case."""

    rejection: Rejection
    stage: Literal["inputs", "validate", "lazy", "execute", "result"]
    """Where: making the inputs (ours, never a finding), a hook, the function, or what the host does
    with what it returned."""
    own: bool
    """The raise statement itself is a line of the pack (not of a library it called)."""


class SlotFacts(TypedDict):
    """One declared output, or one value beyond them."""

    index: int
    declared: bool
    missing: bool
    """Declared, but the function gave fewer values."""
    type: str
    """Qualified name of the type of what was given in this slot, before lists are taken apart."""
    blocked: bool
    blocker: str | None
    """Message of the blocker, if it has one."""
    link: bool
    """Only with ``expand``: the slot is a link into the new graph."""
    items: list[Summary]
    """One, or for an output that is a list one for each of its elements (bounded)."""
    count: int
    """How many elements there are in all; 1 for an output that is no list."""
    aliases: list[str]
    """Inputs that share memory with it or are the same object: ["image"]."""
    requires_grad: bool  # producer: exercise/observe
    """A tensor in it asks for gradients, and no input does."""


class UiFacts(TypedDict):
    """What the function gave for the frontend. ``type``: of the ui object itself."""

    type: str
    keys: list[str]
    types: dict[str, str]
    """By key: qualified name of the value's type. The host needs lists."""
    value: Any
    """Plain and bounded."""
    defects: list[Defect]


class ExpandFacts(TypedDict):
    """A returned graph. ``enabled``: the schema allows it (v1 always)."""

    enabled: bool
    type: str
    ids: list[str]
    """Node ids; the first hundred."""
    count: int
    classes: list[str]
    prefixed: bool
    """All ids begin with the prefix the host offers, so they can't clash."""
    unknown_links: list[str]
    """Links from results or inputs to ids that the graph does not hold."""
    defects: list[Defect]


class Mutation(TypedDict):
    """An input that is not what it was before the call."""

    input: str
    path: str
    """Inside the input: "" for itself, "['samples']", "[0]" ..."""
    what: Literal["values", "shape", "dtype", "keys", "length", "replaced", "attributes"]
    detail: str


StateKind = Literal[
    "cwd", "file", "rng", "grad-mode", "default-dtype", "default-device", "thread", "process",
    "open-file", "environment", "sys.path", "threads-setting", "host-patched", "signal",
]  # fmt: skip


class StateChange(TypedDict):
    """Something outside the node that the call left otherwise than it was."""

    kind: StateKind
    detail: str
    """rng: "torch", "numpy" or "random". file: path below the scratch folder."""
    place: str
    """file: "output", "temp", "input", "models" (the host's folders), "cwd", "other"; else ""."""


class EffectFacts(TypedDict):
    """What the confinement or the audit saw during the call."""

    kind: Literal["process", "network", "write", "delete"]
    detail: str
    refused: bool
    file: str | None
    line: int | None


class HookFacts(TypedDict):
    """A validate, fingerprint or lazy hook called the way the host calls it for this case."""

    role: Literal["validate_inputs", "fingerprint_inputs", "check_lazy_status"]
    variant: Literal["constants", "linked"]
    """constants: with the case's own values. linked: as for inputs that come over links: None."""
    type: str
    """Qualified type of what it gave; "" when it raised."""
    value: Any
    defects: list[Defect]
    accepted: bool | None
    """validate: the host goes on (it gave True). None when it raised, and for the other hooks."""
    hashable: bool | None
    """fingerprint: whether the cache can compare it."""
    same_again: bool | None
    """fingerprint: a second call with equal inputs gave an equal value."""
    unknown: list[str]
    """lazy: names it asked for that are no input of the node."""
    failure: CaseFailure | None


class CaseFacts(TypedDict):
    """One run of one case."""

    outcome: Outcome
    reason: str
    """not_run, crashed, hung, refused: why, in a sentence. Empty otherwise."""
    failure: CaseFailure | None
    form: Form | None
    """Form of what the function returned; None when it returned nothing to the host."""
    form_type: str
    """Qualified type name of it."""
    declared: int
    """How many outputs the node declares."""
    returned: int | None
    """How many values were given; None where the form has none (blocker, ui only)."""
    length_differs: bool
    """``returned`` is not ``declared``, where the host would lose or invent values by it."""
    outputs: list[SlotFacts]
    ui: UiFacts | None
    expand: ExpandFacts | None
    blocks: Literal["", "blocks", "ignored"]
    """A whole-node block: "ignored" when it is given in a form the host does not honour."""
    mutations: list[Mutation]
    changes: list[StateChange]
    generators: dict[str, int]  # producer: exercise/observe
    """Digest of the state that each global random generator had after the call, by name ("torch",
    "numpy", "random"). Equal after two runs that began with different states: it was reseeded."""
    effects: list[EffectFacts]
    hooks: list[HookFacts]
    seconds: float
    """Wall time of the call itself."""
    blocked_loop: float | None
    """Async nodes: the longest time in seconds the event loop could not run anything else."""
    is_async: bool
    peak_bytes: int
    """By how much the peak of resident memory grew during the call."""
    resident: list[int]
    """"growth": resident bytes of the worker after each run."""
    printed: str
    """The last lines the worker printed, where it died."""


class Difference(TypedDict):
    """Where two runs of one case do not agree."""

    path: str
    """"output 0", "output 1['samples']", "outcome", "ui['images']" ...; for "split_batch" with the
    number of the element: "output 0[1]"."""
    what: str
    """In words, with both values: "max difference 0.25", "shape (1, 8, 8, 3) and (2, 8, 8, 3)"."""
    max_abs: float | None
    """For numbers of equal shape."""
    max_rel: float | None
    """The greatest difference as a share of the greatest absolute value."""


class Relation(TypedDict):
    """A further run of the same case, compared with the first in the worker."""

    name: RelationName
    outcome: Literal["agrees", "differs", "not_comparable"]
    reason: str
    """not_comparable: why."""
    differences: list[Difference]
    facts: CaseFacts | None
    """Of the further run; None for "split_batch", and where there was none."""


Step = Literal["wire", "kept", "together", "flat", "standard", "twin"]
"""wire: inputs come over the wire of isolated packs, outputs go over it and come back. kept: other
runs of the node follow, and the outputs are looked at again. together: two calls of an async node
at once. flat: many calls, and what is still held after them. standard: the standard streams, with
something to read on stdin. twin: the same case in a second worker, whose hash seed is another."""

Loss = Literal[
    "refused", "type", "content", "shared", "inputs", "outputs", "descriptors", "replaced", "read"
]  # fmt: skip
"""wire: refused (it can't be sent), type (it comes back as another type), content, shared (tensors
no longer share memory). flat: inputs, outputs, descriptors that are still held. standard: replaced
(a descriptor or stream is another one, or closed), read (from stdin)."""


class LossFacts(TypedDict):
    """One thing that a step found. ``path``: "output 0['samples']", or what it is about."""

    what: Loss
    path: str
    detail: str


class CrossingFacts(TypedDict):
    """One step of what is tried of a node that is isolated from its host."""

    step: Step
    case: str
    """Id of the case."""
    outcome: Literal["done", "not_comparable", "died"]
    reason: str
    """Why it is not comparable, or how the worker ended. Of "done": what was left out, and why."""
    losses: list[LossFacts]
    differences: list[Difference]
    """wire: from the run without the wire. kept: outputs later, from what they were. together: from
    the call alone. twin: from the first worker."""


class Case(TypedDict):
    """An input to run a node on. ``id`` is stable: "defaults", "min:width", "option:mode=add"."""

    id: str
    phase: Literal["systematic", "random"]
    inputs: dict[str, Recipe]
    capped: list[str]
    """What was made smaller than the schema allows, in words."""
    absent: list[str]
    """Optional inputs left out."""


class CaseRecord(TypedDict):
    """One case with all that was seen of it."""

    case: Case
    facts: CaseFacts
    relations: list[Relation]
    text: str
    """The input as a person reads it."""
    snippet: str
    """Pasteable Python that runs exactly this."""


class NotGenerable(TypedDict):
    """No case could be made: for this input, of this io type, there is no strategy."""

    input: str
    io_type: str
    reason: str


class _Crossed(TypedDict, total=False):
    """Only there where checks of isolation are asked for."""

    crossings: list[CrossingFacts]
    crossings_left: str
    """Why steps were left out; empty when none was."""
    escapes: EscapesFacts
    """Only there where checks of ways out are asked for."""


class NodeExecution(_Crossed):
    """All that was run of one node; what ``subject.Node.execution`` gives to checks."""

    node: str
    cases: list[CaseRecord]
    not_generable: list[NotGenerable]
    """Not empty: no case was run. The inputs that kept it from that."""
    reason: str
    """Why no case was run, where it is not ``not_generable``: broken, no budget; else empty."""
    planned: int
    not_reached: int
    """Cases planned that the budget left no time for."""
    fakes: list[str]
    """io types that stood in as fakes ("MODEL", "VAE"); empty: only honest values."""
    seconds: float
