"""What every report starts from: counts of each pack, and of a pack as if it were alone."""

from __future__ import annotations

import logs
import pytest

from studio_conformance import outcomes
from studio_conformance.events import Event
from studio_conformance.reports.facts import OnlyPack, PackFacts, gather, place_of

REFUSED = {"event": "refused", "argument": "x", "message": "no pack"}


def pack_of(*events: Event) -> PackFacts:
    (pack,) = gather(logs.a_log(logs.a_pack_event(), *events)).packs.values()
    return pack


def test_a_node_of_which_nothing_was_judged_is_not_fit() -> None:
    nodes = [logs.a_node_event(name) for name in ("Fit", "Idle", "Skipped")]
    rows = [
        logs.a_result("SCHEMA-001", "Fit"),
        logs.a_result("EXEC-010", "Fit", "failed", level="warning"),
        logs.a_result("SCHEMA-001", "Idle", "not_reached"),
    ]
    pack = pack_of(*nodes, *rows)
    assert (pack.fit, len(pack.nodes)) == (1, 3)


@pytest.mark.parametrize(
    ("confinement", "told"),
    [
        ("not enforced: the kernel has no Landlock", "not enforced: the kernel has no Landlock"),
        ("landlock, seccomp", ""),
        (None, ""),
    ],
)
def test_only_a_sandbox_that_was_not_enforced_is_unconfined(
    confinement: str | None, told: str
) -> None:
    log = logs.a_log(logs.a_pack_event(confinement=confinement))
    assert gather(log).packs["tones"].unconfined == told


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([logs.a_result("SCHEMA-001", "Blur")], outcomes.CLEAN),
        ([logs.a_result("SCHEMA-001", "Blur", "failed")], outcomes.FINDINGS),
        ([logs.a_result("SCHEMA-001", "Blur", "failed", level="warning")], outcomes.CLEAN),
        ([logs.a_result("SCHEMA-001", "Blur", "errored")], outcomes.ENVIRONMENT_BROKE),
        ([logs.a_result("SCHEMA-001", "Blur", "not_reached")], outcomes.NOTHING_TESTED),
        ([], outcomes.NOTHING_TESTED),
    ],
)
def test_a_pack_has_the_status_of_a_run_of_its_own(rows: list[Event], status: int) -> None:
    assert pack_of(logs.a_node_event("Blur"), *rows).status == status


def test_one_of_several_packs_is_told_as_if_it_were_alone() -> None:
    clean = [
        logs.a_pack_event("clean"),
        logs.a_node_event("Blur", "clean"),
        logs.a_result("SCHEMA-001", "Blur", label="clean"),
    ]
    log = logs.a_log(*logs.every_outcome(), *clean, REFUSED)
    assert log[-1]["exit_status"] != outcomes.CLEAN
    alone = gather(OnlyPack(log, gather(log), "clean"))
    assert list(alone.packs) == ["clean"]
    assert alone.refused == []
    assert alone.footer["exit_status"] == outcomes.CLEAN
    assert alone.footer["totals"] == {**dict.fromkeys(outcomes.OUTCOMES, 0), "passed": 1}
    assert list(alone.checks) == list(logs.CHECKS)


def test_what_is_told_of_a_pack_once_is_kept() -> None:
    told = [{"event": kind, "pack": "tones", "x": kind} for kind in ("output", "interface")]
    face = {"event": "face", "pack": "tones", "id": "Blur"}
    pack = pack_of(*told, face, logs.a_release(), logs.a_change(), logs.a_change())
    assert pack.output == told[0]
    assert pack.interface == told[1]
    assert pack.release == logs.a_release()
    assert (list(pack.faces), len(pack.changes)) == ([face], 2)


@pytest.mark.parametrize(
    ("path", "file", "place"),
    [
        ("/packs/tones", "/packs/tones/sub/nodes.py", "sub/nodes.py:12"),
        ("/packs/tones.py", "/packs/tones.py", "tones.py:12"),
        ("/packs/tones", "/elsewhere/lib.py", "/elsewhere/lib.py:12"),
        ("/packs/tones", None, ""),
    ],
)
def test_a_place_is_told_from_the_packs_root_on(path: str, file: str | None, place: str) -> None:
    row = logs.a_result("EXEC-010", "Blur", "failed", file=file)
    assert place_of(row, logs.a_pack_event(path=path)) == place
    if file:
        assert place_of({**row, "line": None}, logs.a_pack_event(path=path)).endswith(":1")
