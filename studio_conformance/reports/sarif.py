"""``report.sarif``: SARIF 2.1.0, for code scanning and editors.

A run for each pack, its files named from the root of the checkout that the pack lies in, as code
scanning wants them, or from the pack's own where it lies in none. Findings are results, waived ones
are suppressed; what broke the judgement is a notification, since it says nothing of the pack.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from studio_conformance.events import Event
from studio_conformance.reports.docs import page_of
from studio_conformance.reports.escaping import prose, visible
from studio_conformance.reports.facts import Facts, PackFacts, root_of
from studio_conformance.reports.streaming import Rows, pieces

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
FINGERPRINT = "studioConformance/v1"

Places = dict[str | None, tuple[str, int | None]]
"""File and line by node."""


def render(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    """The document, run by run."""
    yield f'{{"$schema": {json.dumps(SCHEMA)}, "version": "2.1.0", "runs": ['
    for number, pack in enumerate(facts.packs.values()):
        yield ",\n" if number else "\n"
        yield from pieces(_run(facts, pack))
    yield "\n]}\n"


def _run(facts: Facts, pack: PackFacts) -> dict[str, Any]:
    rules = {code: place for place, code in enumerate(c for c in facts.checks if c in pack.codes)}
    found = (row for row in pack.findings if row["outcome"] != "errored")
    return {
        "tool": {"driver": _driver(facts, rules)},
        "automationDetails": {"id": f"studio-conformance/{visible(pack.label)}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"uri": f"file://{_quoted(_absolute(pack.about))}/"}},
        "invocations": Rows([_invocation(facts, pack)]),
        "results": Rows(_results(found, pack, rules)),
        "properties": {
            "totals": dict(pack.totals),
            "results": pack.results,
            "confinement": pack.about["confinement"],
        },
    }


def _absolute(about: Event) -> str:
    path = PurePath(_checkout(about)).as_posix()
    return path if path.startswith("/") else f"/{path}"


def _quoted(path: str) -> str:
    """A path as part of a URI: the bytes of the file's name, where it is one."""
    try:
        name = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        name = path.encode("utf-8", "backslashreplace")
    return quote(name, safe="/")


def _driver(facts: Facts, rules: dict[str, int]) -> dict[str, Any]:
    return {
        "name": "Studio Conformance",
        "semanticVersion": facts.header["versions"]["studio-conformance"],
        "rules": [_rule(facts.checks[code], facts.levels[code]) for code in rules],
    }


def _rule(check: Event, level: str) -> dict[str, Any]:
    page = page_of(check["code"])
    return {
        "id": check["code"],
        "name": check["slug"],
        "shortDescription": {"text": _plain(check["title"])},
        "fullDescription": {"text": _plain(check["why"])},
        "help": {
            "text": _plain(f"{check['why']}\n\nHow to mend it: {check['fix']}"),
            "markdown": f"{prose(check['why'])}\n\n**How to mend it:** {prose(check['fix'])}",
        },
        **({"helpUri": page} if page else {}),
        "defaultConfiguration": {"level": level},
        "properties": {"tags": [check["family"]]},
    }


def _plain(text: str) -> str:
    """Text in which no viewer finds an embedded link."""
    return visible(text).replace("](", "] (")


def _invocation(facts: Facts, pack: PackFacts) -> dict[str, Any]:
    broke = (row for row in pack.findings if row["outcome"] == "errored")
    told: Iterable[dict[str, Any]] = (_notification(row["message"], row["code"]) for row in broke)
    broken = pack.about["broken"]
    if broken and not pack.totals["errored"]:
        told = [_notification(broken.partition("\n")[0], None)]
    return {
        "executionSuccessful": not (broken or pack.totals["errored"]),
        "startTimeUtc": _utc(facts.header["started"]),
        "endTimeUtc": _utc(facts.footer["finished"]),
        "exitCode": pack.status,
        "toolExecutionNotifications": Rows(told),
    }


def _notification(message: str, code: str | None) -> dict[str, Any]:
    rule = {"associatedRule": {"id": code}} if code else {}
    return {"level": "error", "message": {"text": _plain(message) or "no reason known"}, **rule}


def _utc(moment: str) -> str:
    return moment.replace("+00:00", "Z")


def _results(
    found: Iterable[Event], pack: PackFacts, rules: dict[str, int]
) -> Iterator[dict[str, Any]]:
    places, seen = _places(pack), Counter[str]()
    for row in found:
        place = fingerprint(row)
        seen[place] += 1
        yield {
            "ruleId": row["code"],
            "ruleIndex": rules[row["code"]],
            "level": row["level"],
            "message": {"text": _message(row)},
            "locations": [_location(row, pack, places)],
            "partialFingerprints": {FINGERPRINT: f"{place}:{seen[place]}"},
            "properties": {"id": row["id"], "replay": row["replay"]},
            **({"suppressions": [_suppression(row)]} if row["outcome"] == "waived" else {}),
        }


def _suppression(row: Event) -> dict[str, str]:
    reason = {"justification": _plain(row["waiver"] or ""), "status": "accepted"}
    return {"kind": "external", **reason}


def fingerprint(row: Event) -> str:
    """Of rule, node and input: neither the message nor what was drawn is part of it."""
    place = "\x1f".join((row["code"], row["node"] or "", row["input"] or ""))
    return hashlib.sha256(place.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def _message(row: Event) -> str:
    subject = f"{row['node']}: " if row["node"] else ""
    return _plain(f"{subject}{row['message']}") or row["slug"]


def _location(row: Event, pack: PackFacts, places: Places) -> dict[str, Any]:
    kind = "type" if row["node"] else "module"
    name = ".".join(part for part in (pack.label, row["node"]) if part)
    # The row's place; else the node's class; else the file by which the pack is loaded.
    file, line = (
        (row["file"], row["line"]) if row["file"] else places.get(row["node"], places[None])
    )
    return {
        "physicalLocation": {
            "artifactLocation": _artifact(file, pack.about),
            "region": {"startLine": line or 1},
        },
        "logicalLocations": [{"fullyQualifiedName": visible(name), "kind": kind}],
    }


def _places(pack: PackFacts) -> Places:
    """Where nodes are defined whose findings have no place, and (None) where the pack begins."""
    without = {row["node"] for row in pack.findings if not row["file"]}
    path = PurePath(pack.about["path"])
    entry = str(path if path.suffix == ".py" else path / "__init__.py")
    places: Places = {None: (entry, 1)}
    for node in pack.nodes if without else ():
        if node["node"] in without and node["file"]:
            places.setdefault(node["node"], (node["file"], node["line"]))
    return places


def _artifact(file: str, about: Event) -> dict[str, str]:
    try:
        relative = PurePath(file).relative_to(_checkout(about)).as_posix()
    except ValueError:
        return {"uri": f"file://{_quoted(PurePath(file).as_posix())}"}
    return {"uri": _quoted(relative), "uriBaseId": ROOT}


def _checkout(about: Event) -> str:
    repository: str | None = about["repository"]
    return repository or root_of(about)
