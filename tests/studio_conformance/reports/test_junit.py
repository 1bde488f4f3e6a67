"""Names and types of JUnit's test cases, by which CI systems follow them from run to run."""

from __future__ import annotations

from xml.etree import ElementTree

import logs

from studio_conformance.events import Event
from studio_conformance.reports.facts import gather
from studio_conformance.reports.junit import render


def cases(*events: Event) -> list[ElementTree.Element]:
    log = logs.a_log(logs.a_pack_event(), *events)
    return list(ElementTree.fromstring("".join(render(log, gather(log)))).iter("testcase"))


def test_a_node_with_a_point_is_no_package() -> None:
    (case,) = cases(logs.a_result("SCHEMA-001", "Blur.v2"))
    assert case.get("classname") == "tones.Blur_v2"
    (case,) = cases(logs.a_result("LOAD-001", None))
    assert case.get("classname") == "tones.(pack)"


def test_findings_of_one_check_on_one_node_have_names_of_their_own() -> None:
    row = logs.a_result("EXEC-010", "Blur", "failed")
    mask = logs.a_result("EXEC-010", "Blur", "failed", input="mask")
    names = [case.get("name") for case in cases(row, row, mask, logs.a_result("EXEC-010", "Fit"))]
    assert names == [
        "EXEC-010 image-range [image]",
        "EXEC-010 image-range [image] (2)",
        "EXEC-010 image-range [mask]",
        "EXEC-010 image-range",
    ]


def test_a_failure_has_its_level_and_its_input() -> None:
    rows = [
        logs.a_result("EXEC-010", "Blur", "failed", level="warning"),
        logs.a_result("EXEC-010", "Blur", "errored", file=None),
    ]
    (failure,), (error,) = cases(*rows)
    assert (failure.tag, failure.get("type")) == ("failure", "warning")
    assert (error.tag, error.get("type")) == ("error", "error")
    assert f"input: {logs.EXAMPLE['text']}" in (failure.text or "").splitlines()
    assert error.get("message") == "errored because"
