"""``report.html`` as a file; ``test_browser.py`` opens it."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import logs
import pytest

from studio_conformance import outcomes
from studio_conformance.events import Event
from studio_conformance.reports.facts import gather
from studio_conformance.reports.html_data import build, exact
from studio_conformance.reports.html_report import embedded, render

LOG = logs.a_log(*logs.every_outcome(), logs.a_release(), logs.a_change())


class Page(HTMLParser):
    """Elements and the texts of scripts and styles, as a parser that is not ours sees them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {"script": [], "style": []}
        self.within = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.within = tag
        if tag in self.texts:
            self.texts[tag].append("")

    def handle_endtag(self, tag: str) -> None:
        self.within = ""

    def handle_data(self, data: str) -> None:
        if self.within in self.texts:
            self.texts[self.within][-1] += data


def page(events: list[Event]) -> Page:
    return Page("".join(render(events, gather(events))))


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@pytest.mark.parametrize("events", [LOG, logs.a_log(*logs.hostile())], ids=["mixed", "hostile"])
def test_nothing_is_loaded_and_only_our_script_runs(events: list[Event]) -> None:
    parsed = page(events)
    tags = [tag for tag, _ in parsed.tags]
    assert tags.count("script") == 2
    assert not {"img", "iframe", "object"} & set(tags)
    for _, attributes in parsed.tags:
        assert not set(attributes) & {"src", "onerror", "onclick", "style"}
        assert (attributes.get("href") or "#").startswith(("#", "data:,"))
    policy = next(a["content"] for t, a in parsed.tags if a.get("http-equiv"))
    assert policy is not None
    assert policy.startswith("default-src 'none';")
    assert "base-uri 'none'; form-action 'none';" in policy
    assert "unsafe" not in policy
    data, script = parsed.texts["script"]
    (style,) = parsed.texts["style"]
    assert f"script-src 'sha256-{_digest(script)}'" in policy
    assert f"style-src 'sha256-{_digest(style)}'" in policy
    assert json.loads(data)["packs"]


def data_of(events: list[Event]) -> Any:
    return json.loads("".join(embedded(build(events, gather(events)))))


def test_data_cannot_leave_their_element() -> None:
    text = "".join(embedded(list(logs.HOSTILE)))
    assert not re.search(r"[<>&\u2028]|[^\x20-\x7e]", text)
    assert json.loads(text) == list(logs.HOSTILE)


def test_the_script_makes_no_markup_from_text() -> None:
    script = page(LOG).texts["script"][1]
    for name in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert name not in script


def test_every_judgement_has_its_cell() -> None:
    data = data_of(LOG)
    (pack,) = data["packs"]
    cells = {node[0]: node[5] for node in pack["nodes"]}
    codes = [check[0] for check in data["checks"]]
    assert codes == list(logs.CHECKS)
    assert cells == {None: "p....", "Fit": ".pagr", "Blur": ".fwve"}
    reasons = {(codes[check], letter): nodes for check, letter, _, nodes in pack["reasons"]}
    assert reasons == {
        ("EXEC-010", "a"): [1, 1],
        ("EXEC-015", "g"): [1, 1],
        ("RPC-001", "r"): [1, 1],
    }
    assert [finding["letter"] for finding in pack["findings"]] == ["f", "w", "v", "e"]
    assert {(found["file"], found["line"]) for found in pack["findings"]} == {("nodes.py", 12)}
    assert pack["release"]["needed"] == "major"
    assert [change["kind"] for change in pack["release"]["changes"]] == ["input-removed"]


def test_the_worst_of_several_rows_stands_for_all() -> None:
    rows = [
        logs.a_result("EXEC-010", "Blur", outcome) for outcome in ("waived", "failed", "passed")
    ]
    log = logs.a_log(logs.a_pack_event(), logs.a_node_event("Blur"), *rows)
    assert data_of(log)["packs"][0]["nodes"][1][5] == "..f.."


def test_a_waiver_of_an_unknown_node_has_a_row_of_its_own() -> None:
    log = logs.a_log(logs.a_pack_event(), logs.a_result("EXEC-010", "Gone", "failed"))
    nodes = data_of(log)["packs"][0]["nodes"]
    assert [node[0] for node in nodes] == [None, "Gone"]


def test_a_node_that_is_told_of_by_its_execution_alone_has_a_row() -> None:
    events = [logs.a_pack_event(), logs.a_node_event("Fit"), logs.an_execution("Lost")]
    (pack,) = data_of(logs.a_log(*events, logs.a_result("SCHEMA-001", "Fit")))["packs"]
    assert [node[0] for node in pack["nodes"]] == [None, "Fit", "Lost"]
    assert [execution["node"] for execution in pack["executions"]] == [2]


def test_every_verdict_has_words() -> None:
    script = page(LOG).texts["script"][1]
    for meaning in outcomes.MEANINGS.values():
        assert re.search(rf"""^  "?{re.escape(meaning)}"?: \[""", script, re.MULTILINE), meaning


def test_a_reason_has_runs_of_nodes() -> None:
    names = [f"Node{number}" for number in range(7)]
    idle = [logs.a_result("EXEC-010", names[n], "not_applicable") for n in (0, 1, 2, 4, 6, 6)]
    log = logs.a_log(logs.a_pack_event(), *map(logs.a_node_event, names), *idle)
    (reason,) = data_of(log)["packs"][0]["reasons"]
    assert reason == [2, "a", "not_applicable because", [1, 3, 5, 5, 7, 7, 7, 7]]


@pytest.mark.parametrize(
    "value", [2**53, -(2**53), 2**64 - 1, float("nan"), float("inf"), float("-inf")], ids=repr
)
def test_a_number_that_a_browser_would_change_is_told_as_text(value: float) -> None:
    assert exact({"inputs": [1, {"seed": value}]}) == {
        "inputs": [1, {"seed": {"exact": repr(value)}}]
    }


@pytest.mark.parametrize("value", [2**53 - 1, -(2**53 - 1), 0.5, True, None, "nan", 1e300])
def test_other_values_are_told_as_they_are(value: object) -> None:
    assert exact([value]) == [value]


def test_the_run_is_told_with_its_end() -> None:
    run = data_of(LOG)["run"]
    assert (run["started"], run["finished"]) == (LOG[0]["started"], LOG[-1]["finished"])
    assert (run["seconds"], run["complete"]) == (60.0, True)


def test_nodes_out_of_the_ordinary_are_marked() -> None:
    odd = logs.a_node_event("Odd", registered=False, described=False, file=None)
    log = logs.a_log(logs.a_pack_event(), logs.a_node_event("Fit"), odd)
    fit, told = data_of(log)["packs"][0]["nodes"][1:]
    assert fit[1:5] == ["Fit (shown)", "nodes.py", 7, ""]
    assert told[1:5] == ["Odd (shown)", None, 7, "not registered, no schema"]


def test_rows_may_come_in_any_order() -> None:
    """Check by check, and a node that is named twice."""
    names = [f"Node{number}" for number in range(5)]
    nodes = [*map(logs.a_node_event, names), logs.a_node_event("Node1", display_name="again")]
    rows = [
        logs.a_result(code, name, "failed" if name == "Node3" else "passed")
        for code in ("SCHEMA-001", "EXEC-010")
        for name in reversed(names)
    ]
    (pack,) = data_of(logs.a_log(logs.a_pack_event(), *nodes, *rows))["packs"]
    assert [node[0] for node in pack["nodes"]] == [None, *names]
    assert [node[5] for node in pack["nodes"][1:]] == [
        ".pp..", ".pp..", ".pp..", ".ff..", ".pp..",
    ]  # fmt: skip
