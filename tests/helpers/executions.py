"""Builders of made-up runs of nodes, for tests of what judges them.

Each gives a complete, well-formed record of a healthy run; keywords replace fields.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from descriptions import a_failure, a_node, a_pack

from reference_runtime.exercise.blank import blank_facts
from studio_conformance.checks import Violation, all_checks
from studio_conformance.subject import Node, Pack


def a_summary(kind: str = "value", **fields: Any) -> dict[str, Any]:
    """A value as a run's facts hold it; a text unless fields say otherwise."""
    facts: dict[str, Any] = {
        "kind": kind, "type": "str", "shape": None, "dtype": None, "device": None, "min": None,
        "max": None, "nan": 0, "inf": 0, "digest": "0", "text": "'hello'", "parts": None,
    }  # fmt: skip
    return {**facts, **fields}


def a_tensor(*shape: int, **fields: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "type": "torch.Tensor", "shape": list(shape), "dtype": "float32", "device": "cpu",
        "min": 0.0, "max": 1.0, "text": "a tensor",
    }  # fmt: skip
    return a_summary("tensor", **{**facts, **fields})


def a_slot(index: int = 0, *items: dict[str, Any], **fields: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "index": index, "declared": True, "missing": False, "type": "str", "blocked": False,
        "blocker": None, "link": False, "items": [*items], "count": len(items), "aliases": [],
        "requires_grad": False,
    }  # fmt: skip
    return {**facts, **fields}


def facts_of(*slots: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """Facts of a run that gave these outputs in a tuple."""
    facts: dict[str, Any] = {
        "outcome": "returned", "form": "tuple", "form_type": "tuple", "returned": len(slots),
        "outputs": [*slots], "seconds": 0.01,
    }  # fmt: skip
    return {**blank_facts(len(slots)), **facts, **fields}


def raising(message: str = "boom", rejection: str = "programming", **fields: Any) -> dict[str, Any]:
    """Facts of a run in which the node raised."""
    failure: dict[str, Any] = {
        **a_failure(message), "type": "KeyError", "stage": "execute", **fields,
        "rejection": rejection, "own": rejection == "clear",
    }  # fmt: skip
    return {**blank_facts(1), "outcome": "raised", "failure": failure}


def a_hook(role: str, value: Any = True, **fields: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "role": role, "variant": "constants", "type": type(value).__name__, "value": value,
        "defects": [], "accepted": None, "hashable": None, "same_again": None, "unknown": [],
        "failure": None,
    }  # fmt: skip
    return {**facts, **fields}


def a_difference(path: str = "output 0", **fields: Any) -> dict[str, Any]:
    return {"path": path, "what": "1 and 2", "max_abs": 1.0, "max_rel": 1.0, **fields}


def a_relation(name: str, *differences: dict[str, Any], **fields: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "name": name, "outcome": "differs" if differences else "agrees", "reason": "",
        "differences": [*differences], "facts": None,
    }  # fmt: skip
    return {**facts, **fields}


def a_record(
    case: str = "defaults", facts: dict[str, Any] | None = None, **fields: Any
) -> dict[str, Any]:
    inputs = fields.pop("inputs", {})
    phase = "random" if case.startswith("random") else "systematic"
    whole: dict[str, Any] = {
        "case": {"id": case, "phase": phase, "inputs": inputs, "capped": [], "absent": []},
        "facts": facts or facts_of(),
        "relations": [],
        "text": f"inputs of {case}",
        "snippet": "",
    }
    return {**whole, **fields}


def an_execution(*records: dict[str, Any], **fields: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "node": "Invert", "cases": [*records], "not_generable": [], "reason": "",
        "planned": len(records), "not_reached": 0, "fakes": [], "seconds": 0.1,
    }  # fmt: skip
    return {**facts, **fields}


def judged(
    code: str, execution: dict[str, Any], path: Path | None = None, **node: Any
) -> list[Violation]:
    """What ``code`` says about a node that was seen to run so; raises as the check does."""
    pack = Pack(path or Path("/nowhere/mypack"), a_pack(a_node(**{**_healthy(), **node})))
    pack.exercise = lambda each: execution  # type: ignore[assignment,return-value]
    return all_checks()[code].judge(Node(pack, pack.description["nodes"][0]))


def _healthy() -> dict[str, Any]:
    """What a v1 node needs to be callable."""
    values = {"RETURN_TYPES": ["STRING"], "FUNCTION": "run"}
    run = {
        "name": "run", "form": "function", "is_async": False, "hides_async": False,
        "parameters": None, "defined_in": "Invert", "file": None, "line": None,
    }  # fmt: skip
    kinds = {"RETURN_TYPES": "tuple", "FUNCTION": "str"}
    attributes = {
        name: {"value": value, "type": kinds[name], "defects": []} for name, value in values.items()
    }
    return {"attributes": attributes, "methods": {"execute": run}}


def an_output(io_type: str = "STRING", name: str = "out", index: int = 0, **fields: Any) -> Any:
    facts: dict[str, Any] = {
        "index": index, "id": None, "io_type": io_type, "io_type_kind": "str", "name": name,
        "is_list": False, "tooltip": None, "widget": None, "has_display_name": True,
    }  # fmt: skip
    return {**facts, **fields}
