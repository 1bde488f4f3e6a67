"""The shape of a pack's description: what a worker says about the pack it loaded.

A description is plain JSON data. The worker produces it, the host process judges it; nothing of the
pack itself ever crosses. Values of the pack (defaults, options, return types) appear as plain data
with a separate list of defects (see ``reference_runtime.plain``). Files are absolute paths, lines
count from 1. Standard library only: both sides import this module.
"""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from reference_runtime.plain import Defect


class ValueFacts(TypedDict):
    """A value of the pack: plain data, what of it JSON can't hold, and its Python type's name."""

    value: Any
    type: str
    defects: list[Defect]


class ParameterFacts(TypedDict):
    name: str
    kind: Literal[
        "positional_only", "positional_or_keyword", "var_positional", "keyword_only", "var_keyword"
    ]
    has_default: bool


class MethodFacts(TypedDict):
    """A method the host may call. Parameters leave out ``cls`` / ``self``."""

    name: str
    form: Literal["classmethod", "staticmethod", "function", "other"]
    is_async: bool
    hides_async: bool
    """A synchronous wrapper around a coroutine function (found through ``__wrapped__``)."""
    parameters: list[ParameterFacts] | None
    """None when the signature can't be read (builtins)."""
    defined_in: str
    """Qualified name of the class that defines it."""
    file: str | None
    line: int | None


class InputFacts(TypedDict):
    """One input as the host's frontend would see it; v1 and v3 alike."""

    id: str
    id_type: str
    """Python type of the id (v1: of the dict key)."""
    group: Literal["required", "optional"]
    io_type: str
    """The wire type; "COMBO" for a list of options; the repr when it is neither str nor list."""
    io_type_kind: Literal["str", "list", "other"]
    """How io_type is given: a string, an old-style list of options, or something illegal."""
    io_type_class: str
    """Qualified name of the type of the io_type object ("str" for a plain string)."""
    neutral: bool
    """The io_type object compares equal to (is not unequal to) every other type."""
    widget: str | None
    """v3: name of the io class that made the input ("Int", "Combo", "MultiCombo", ...)."""
    spec: dict[str, Any]
    """The options dict that goes to the frontend (``default``, ``min``, ``options``, ...)."""
    defects: list[Defect]
    """Defects of the entry; paths start inside the options dict (v1 combo list: "options")."""
    options: list[Any] | None
    """Combo options, plain; None when the input is no combo."""
    options_type: str | None
    """Python type of the options container as the pack gave it."""
    entry_problem: str | None
    """v1: what is wrong with the entry's form (not a tuple, second element no dict, ...)."""
    default_type: str | None
    """Python type of the default as given; None when there is no ``default`` key."""


class OutputFacts(TypedDict):
    index: int
    id: str | None
    io_type: str
    io_type_kind: Literal["str", "list", "other"]
    name: str
    is_list: bool
    tooltip: str | None
    widget: str | None
    has_display_name: bool


class HiddenFacts(TypedDict):
    """A hidden entry. ``form`` is "member" for a Hidden member (v3), "string" for a bare string."""

    name: str
    value: str
    form: Literal["member", "string", "tuple", "other"]
    declared: bool
    """False when finalize added it."""


class SchemaFacts(TypedDict):
    """A v3 node's schema after finalize, and how stable it is."""

    fields: dict[str, Any]
    """Scalar fields: node_id, display_name, category, description, is_*, not_idempotent, ..."""
    fields_given: list[str]
    """Names of the Schema fields that the pack passed explicitly."""
    seconds: float
    """Wall time of one define_schema call, the second one (imports are over)."""
    differences: list[str]
    """Paths that differ between two define_schema calls, e.g. "inputs.mode.options"."""
    shared_objects: list[str]
    """Input, Output or list objects that two calls share, or that one schema holds twice."""
    id_type: str
    """Python type of node_id."""


class Failure(TypedDict):
    """An exception of the pack, without the exception object."""

    type: str
    """Qualified name, e.g. "ValueError" or "torch.OutOfMemoryError"."""
    message: str
    file: str | None
    """Innermost frame in the pack's own files."""
    line: int | None
    traceback: str
    """Formatted and bounded."""
    missing_module: str | None
    """For ModuleNotFoundError: the top-level module that is missing."""


class NodeDescription(TypedDict):
    key: str
    """The name it is (or would be) registered under: v1 mapping key, v3 schema.node_id."""
    kind: Literal["v1", "v3"]
    """v3: the class derives from the node API's base, whichever way it was registered."""
    route: Literal["v1", "v3"]
    """How it came: NODE_CLASS_MAPPINGS or an entry point."""
    registered: bool
    """Whether the host, behaving as it does, would end up with this node."""
    display_name: str | None
    """From the display-name mapping (v1 route)."""
    class_name: str
    """Qualified name."""
    module: str
    file: str | None
    line: int | None
    """The class statement."""
    failure: Failure | None
    """GET_SCHEMA (v3) or INPUT_TYPES (v1) raised; the fields below are then empty, but for
    ``methods``, and for ``inputs`` and ``outputs`` where a v3 schema could be made."""
    schema: SchemaFacts | None
    inputs: list[InputFacts]
    outputs: list[OutputFacts]
    hidden: list[HiddenFacts]
    groups: list[str]
    """v1: keys of INPUT_TYPES() as given."""
    input_types_form: ValueFacts | None
    """v1: what INPUT_TYPES() returned, when it is not a dict of dicts."""
    open_groups: list[str]
    """v1: groups that claim to hold any name: there a frontend adds inputs that nobody lists."""
    methods: dict[str, MethodFacts]
    """By role. v3: define_schema, execute, validate_inputs, fingerprint_inputs, check_lazy_status
    (the last three only where overridden). v1: INPUT_TYPES, the FUNCTION method under "execute",
    VALIDATE_INPUTS, IS_CHANGED, check_lazy_status where present."""
    attributes: dict[str, ValueFacts]
    """v1-face class attributes that exist: RETURN_TYPES, RETURN_NAMES, OUTPUT_IS_LIST,
    OUTPUT_TOOLTIPS, FUNCTION, CATEGORY, DESCRIPTION, OUTPUT_NODE, INPUT_IS_LIST, DEPRECATED,
    EXPERIMENTAL, API_NODE, NOT_IDEMPOTENT, SEARCH_ALIASES."""
    info: dict[str, Any] | None
    """The node's /object_info entry, plain, key order as the host's."""
    info_defects: list[Defect]
    info_failure: Failure | None
    info_differs: list[str]
    """Paths where the /object_info entry, read back from JSON, disagrees with the schema."""
    v3_info: dict[str, Any] | None
    node_parents: list[str]
    """Qualified names of concrete v3 nodes that this v3 node's class derives from."""
    has_slots: bool
    init_subclass: str | None
    """Qualified name of the pack's class that defines __init_subclass__, if any."""
    builds_without_arguments: bool
    """v1: the host can call the class without arguments (judged by signature, not called)."""


class Problem(TypedDict):
    """Something that went wrong while loading. ``kind`` is one of PROBLEM_KINDS."""

    kind: str
    message: str
    node: str | None
    file: str | None
    line: int | None
    failure: Failure | None
    detail: dict[str, Any]


PROBLEM_KINDS = {
    "import-failed": "the module raised while it was imported",
    "dependency-missing": "a module that is neither the host's nor the pack's is not installed",
    "exit-at-import": "importing raised SystemExit or KeyboardInterrupt",
    "prestartup-failed": "prestartup_script.py raised",
    "entry-missing": "neither a NODE_CLASS_MAPPINGS nor an entry function of any brand",
    "entry-other-brand": "only the other brand's entry function exists",
    "entry-not-callable": "the entry point is not callable",
    "entry-failed": "calling the entry point raised",
    "entry-not-extension": "the entry point did not give an extension instance",
    "node-list-not-async": "get_node_list is no coroutine function",
    "node-list-failed": "get_node_list raised",
    "node-list-not-list": "get_node_list did not give a list",
    "node-list-item": "an item of the node list is no v3 node class",
    "mapping-not-dict": "NODE_CLASS_MAPPINGS is no dict",
    "mapping-empty": "NODE_CLASS_MAPPINGS is empty",
    "mapping-key": "a key of NODE_CLASS_MAPPINGS is no string",
    "mapping-value": "a value of NODE_CLASS_MAPPINGS is no class",
    "register-failed": "GET_SCHEMA of a v3 class raised while it was registered",
    "dropped-after-failure": "the host drops this node because an earlier one failed to register",
    "duplicate-id": "two nodes of the pack have the same id",
    "both-routes": "both a NODE_CLASS_MAPPINGS and an entry function exist",
    "display-key": "a key of NODE_DISPLAY_NAME_MAPPINGS is no node",
    "display-not-dict": "NODE_DISPLAY_NAME_MAPPINGS is no dict",
    "web-missing": "the web directory does not exist",
    "web-outside": "the web directory lies outside the pack",
    "load-crashed": "loading the pack ended the worker (signal, os._exit, SystemExit)",
    "load-hung": "loading the pack took longer than the time allowed",
    "node-crashed": "describing the node ended the worker (killed, exited)",
    "node-hung": "describing the node took longer than the time allowed",
}


class SideEffect(TypedDict):
    """Something importing the pack did besides defining nodes, seen by audit hook or comparison."""

    kind: Literal[
        "process", "network", "write", "delete", "cwd", "sys.path", "environment",
        "default-dtype", "grad-mode", "default-device", "host-patched", "thread", "signal",
        "gpu", "exit-hook",
    ]  # fmt: skip
    detail: str
    refused: bool
    """The confinement refused it (a write outside the scratch folder, a connection)."""
    file: str | None
    line: int | None


class RouteFacts(TypedDict):
    method: str
    path: str
    file: str | None
    line: int | None


class LoadFacts(TypedDict):
    """How the pack loaded."""

    loaded: bool
    route: Literal["v1", "v3", "none"]
    name: str
    """Folder name, or file name without .py: the host's name for the pack."""
    python_module: str
    mapping_present: bool
    mapping_size: int | None
    entry_names: list[str]
    """Entry functions present: "comfy_entrypoint", "studio_entrypoint"."""
    on_load_overridden: bool
    on_load_location: list[Any] | None
    """[file, line] of the override."""
    web_directory: str | None
    routes: list[RouteFacts]
    seconds: float
    """Time that importing the pack and running its entry point took: without waiting for a busy
    machine, and without importing torch, which a host has loaded long before."""
    peak_bytes: int
    """Peak resident memory of the worker after loading."""
    modules: int
    """How many modules the import added."""
    replacements: list[dict[str, Any]]
    """Node replacement rules that the pack registered (``NodeReplace.as_dict``)."""


class PackDescription(TypedDict):
    protocol: int
    level: str
    mode: str
    python: str
    torch: str | None
    numpy: str | None
    load: LoadFacts
    problems: list[Problem]
    side_effects: list[SideEffect]
    touches: list[dict[str, Any]]
    """``reference_runtime.touches.Touch`` as dicts."""
    nodes: list[NodeDescription]
