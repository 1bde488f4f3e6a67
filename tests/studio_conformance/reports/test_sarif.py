"""Details of SARIF that its schema leaves open."""

from __future__ import annotations

import json
from typing import Any

import logs

from studio_conformance import outcomes
from studio_conformance.events import Event
from studio_conformance.reports.facts import gather
from studio_conformance.reports.sarif import ROOT, render


def runs(*events: Event) -> list[dict[str, Any]]:
    log = logs.a_log(*events)
    found: list[dict[str, Any]] = json.loads("".join(render(log, gather(log))))["runs"]
    return found


def uri_of(**fields: Any) -> str:
    row = logs.a_result("EXEC-010", "Blur", "failed", **fields)
    (run,) = runs(logs.a_pack_event(), row)
    (place,) = run["results"][0]["locations"]
    uri: str = place["physicalLocation"]["artifactLocation"]["uri"]
    return uri


def test_a_run_has_the_status_of_its_pack_alone() -> None:
    clean = [logs.a_pack_event("clean"), logs.a_result("SCHEMA-001", "Fit", label="clean")]
    statuses = [run["invocations"][0]["exitCode"] for run in runs(*logs.every_outcome(), *clean)]
    assert statuses == [outcomes.ENVIRONMENT_BROKE, outcomes.CLEAN]


def test_times_are_utc_as_the_format_writes_it() -> None:
    (run,) = runs(*logs.every_outcome())
    (invocation,) = run["invocations"]
    assert invocation["startTimeUtc"] == "2026-01-02T03:04:05Z"
    assert invocation["endTimeUtc"] == "2026-01-02T03:05:05Z"


def test_what_broke_is_told_once() -> None:
    broken = logs.a_pack_event(broken="OSError: no worker\nTraceback", load=None)
    (run,) = runs(broken, logs.a_result("LOAD-001", None, "errored", message="OSError: no worker"))
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert told["associatedRule"] == {"id": "LOAD-001"}


def test_no_viewer_finds_a_link_in_a_message() -> None:
    link = "[here](http://evil.example)"
    fields = {"message": link, "waiver": link}
    rows = [logs.a_result("EXEC-015", "Blur", "waived", **fields)]
    rows.append(logs.a_result("RPC-001", "Blur", "errored", message=link))
    (run,) = runs(logs.a_pack_event(), *rows)
    text = json.dumps([run["results"], run["invocations"]])
    assert text.count("here] (http") == 3
    assert "](" not in text


def test_the_bytes_of_a_name_stand_in_its_address() -> None:
    assert uri_of(file="/packs/tones/sub dir/n\udcff#.py") == "sub%20dir/n%FF%23.py"
    assert uri_of(file="/packs/tones/n\ud800.py") == "n%5Cud800.py"


def test_the_root_is_an_absolute_address() -> None:
    (run,) = runs(logs.a_pack_event(path="C:/packs/tones"))
    assert run["originalUriBaseIds"][ROOT]["uri"] == "file:///C%3A/packs/tones/"
