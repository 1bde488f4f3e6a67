"""Hand-made event logs, for tests of reports: one node with every outcome, and hostile names."""

from __future__ import annotations

from typing import Any

from studio_conformance.events import LOG_VERSION, Event
from studio_conformance.log import exit_status
from studio_conformance.outcomes import OUTCOMES
from studio_conformance.results import finding_id

HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "safe\u202egnp.exe",
    "[x](http://evil.example) @everyone #1 | `a` **b** ![i](http://evil.example/i.png)",
    "https://evil.example/ www.evil.example",
    "\x00\x07\x1b[31mred\ud800\ufffe",
    "&amp; {0} ${x} <!-- -->]]>",
    "N" * 10_000,
    "two\nlines\r\nthree\ttabs\u2028four",
)
CHECKS = {
    "LOAD-001": ("import-ok", "pack"),
    "SCHEMA-001": ("outputs-named", "node"),
    "EXEC-010": ("image-range", "node"),
    "EXEC-015": ("tensor-unchanged", "node"),
    "RPC-001": ("same-over-wire", "node"),
}
EXAMPLE = {
    "case": {
        "id": "defaults",
        "phase": "systematic",
        "inputs": {
            "image": {"make": "IMAGE", "shape": [1, 8, 6, 3], "seed": 1, "fill": "uniform"},
            "strength": {"value": 0.5},
        },
        "capped": [],
        "absent": [],
    },
    "text": "image=IMAGE 1x8x6x3 uniform seed=1, strength=0.5",
    "snippet": "print('paste me')\n",
}


def a_header(**fields: Any) -> Event:
    versions = {"studio-conformance": "0.1.0", "python": "3.11.7", "pytest": "9", "platform": "X"}
    return {
        "event": "header",
        "schema_version": LOG_VERSION,
        "versions": versions,
        "argv": ["--studio-pack=p"],
        "environment": {},
        "started": "2026-01-02T03:04:05+00:00",
        **fields,
    }


def a_check(code: str, **fields: Any) -> Event:
    slug, scope = CHECKS[code]
    told = {"title": f"Title of {code}.", "why": f"Why {code}.", "fix": f"Fix {code}."}
    family = code.partition("-")[0]
    return {
        "event": "check",
        "code": code,
        "slug": slug,
        "family": family,
        "scope": scope,
        **told,
        **fields,
    }


def a_pack_event(label: str = "tones", **fields: Any) -> Event:
    return {
        "event": "pack",
        "pack": label,
        "name": label,
        "version": "1.2.0",
        "path": f"/packs/{label}",
        "repository": None,
        "argument": label,
        "api_level": "studio-0.3.71",
        "api_level_reason": "asked for",
        "mode": "faithful",
        "fail_on": "error",
        "config_file": None,
        "waivers": 0,
        "select": [],
        "ignore": [],
        "levels": {},
        "max_examples": 0,
        "budget": 90.0,
        "fakes": False,
        "isolation": {
            "kind": "process",
            "python": None,
            "environment": None,
            "installed": {},
            "lent": {},
            "why_not_lent": "",
        },
        "confinement": "made up",
        "sandbox": None,
        "worker": {"python": "3.11.7", "torch": "2.9", "numpy": "2.1"},
        "load": {
            "loaded": True,
            "route": "v3",
            "seconds": 0.1,
            "inspection_seconds": 0.2,
            "peak_bytes": 1,
            "modules": 1,
            "nodes": 1,
            "registered": 1,
            "described": 1,
        },
        "broken": None,
        "unconfinable": False,
        **fields,
    }


def a_node_event(name: str, label: str = "tones", **fields: Any) -> Event:
    return {
        "event": "node",
        "pack": label,
        "node": name,
        "kind": "v3",
        "registered": True,
        "described": True,
        "display_name": f"{name} (shown)",
        "class_name": "C",
        "file": f"/packs/{label}/nodes.py",
        "line": 7,
        **fields,
    }


def a_result(
    code: str, node: str | None, outcome: str = "passed", label: str = "tones", **fields: Any
) -> Event:
    """A row; findings have a place, an input and a command."""
    row: Event = {
        "event": "result",
        "pack": label,
        "code": code,
        "slug": CHECKS[code][0],
        "family": code.partition("-")[0],
        "level": "error",
        "node": node,
        "outcome": outcome,
        "message": "" if outcome == "passed" else f"{outcome} because",
        **dict.fromkeys(("file", "line", "input", "replay", "traceback", "waiver", "example")),
    }
    if outcome in ("failed", "errored", "waived"):
        row |= {"file": f"/packs/{label}/nodes.py", "line": 12, "input": "image"}
        row |= {"replay": f"pytest --studio-pack=/packs/{label}", "example": EXAMPLE}
    if outcome == "waived":
        row["waiver"] = "kept for old workflows"
    row |= fields
    row["id"] = finding_id(code, label, node, row["input"])
    return row


def an_execution(node: str, label: str = "tones", **fields: Any) -> Event:
    names = ("returned", "rejected", "raised", "lacking", "crashed", "hung", "not_run")
    counts = dict.fromkeys((*names, "not_reached"), 0)
    return {
        "event": "execution",
        "pack": label,
        "node": node,
        "planned": 3,
        **counts,
        "returned": 3,
        "runs": 9,
        "not_generable": [],
        "fakes": [],
        "reason": "",
        "seconds": 1.5,
        "slowest": 0.25,
        **fields,
    }


def a_release(label: str = "tones", **fields: Any) -> Event:
    return {
        "event": "release",
        "pack": label,
        "baseline": {"name": label, "version": "1.1.0", "source": "pypi"},
        "outcome": "compared",
        "declared": ["1.1.0", "1.2.0"],
        "bump": "minor",
        "needed": "major",
        **fields,
    }


def a_change(label: str = "tones", **fields: Any) -> Event:
    return {
        "event": "change",
        "pack": label,
        "code": "RELEASE-001",
        "node": "Blur",
        "kind": "input-removed",
        "bump": "major",
        "what": "input 'x' is gone",
        "file": "nodes.py",
        "line": 3,
        **fields,
    }


def a_log(*events: Event, complete: bool = True, **footer: Any) -> list[Event]:
    """A log around ``events``, with the checks before them and totals that fit."""
    body = [a_header(), *map(a_check, CHECKS), *events]
    totals = dict.fromkeys(OUTCOMES, 0)
    for event in events:
        if event["event"] == "result":
            totals[event["outcome"]] += 1
    end = {"totals": totals, "exit_status": exit_status(body), "complete": complete}
    times = {"finished": "2026-01-02T03:05:05+00:00", "seconds": 60.0}
    return [*body, {"event": "footer", **end, **times, **footer}]


def every_outcome(label: str = "tones") -> list[Event]:
    """The events of a pack with a node that is fit and one with all that can be."""
    return [
        a_pack_event(label),
        a_node_event("Fit", label),
        a_node_event("Blur", label),
        an_execution("Blur", label),
        a_result("LOAD-001", None, label=label),
        a_result("SCHEMA-001", "Fit", label=label),
        a_result("SCHEMA-001", "Blur", "failed", label),
        a_result("EXEC-010", "Blur", "failed", label, level="warning"),
        a_result("EXEC-010", "Fit", "not_applicable", label),
        a_result("EXEC-015", "Blur", "waived", label),
        a_result("EXEC-015", "Fit", "not_generable", label),
        a_result("RPC-001", "Blur", "errored", label, traceback="Traceback: boom"),
        a_result("RPC-001", "Fit", "not_reached", label),
    ]


def hostile() -> list[Event]:
    """A pack in which whatever a pack can name is hostile."""
    events: list[Event] = [a_pack_event(name=HOSTILE[0], version=HOSTILE[1], path="/packs/tones")]
    for name in HOSTILE:
        events.append(a_node_event(name, display_name=name, file=f"/packs/tones/{name}.py"))
    for name in HOSTILE:
        bad = {"message": name, "input": name, "replay": f"pytest {name}", "traceback": name}
        bad["file"] = f"/packs/tones/{name}.py"
        example = {**EXAMPLE, "text": name, "snippet": name}
        events.append(a_result("EXEC-010", name, "failed", **bad, example=example))
        events.append(a_result("EXEC-015", name, "waived", **{**bad, "waiver": name}))
        events.append(a_result("RPC-001", name, "not_reached", message=name))
        events.append(an_execution(name, reason=name, not_generable=[name]))
    change = {"code": name, "node": name, "kind": name, "bump": "minor", "what": name}
    events += [a_release(), a_change(**change, file=name, line=1)]
    events.append({"event": "output", "pack": "tones", "tail": HOSTILE[1], "bytes": 5})
    return events
