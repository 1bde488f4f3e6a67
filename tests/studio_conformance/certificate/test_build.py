"""Which runs get a certificate, and what it says: from made-up logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import logs
import pytest

from studio_conformance.certificate.build import (
    Written,
    build_certificate,
    digest_of,
    refusal,
    sha256,
)
from studio_conformance.certificate.contents import Contents
from studio_conformance.certificate.mode import _inside, _places
from studio_conformance.certificate.verify import Broken, check_log, check_pack
from studio_conformance.events import Event
from studio_conformance.options import WrongUsage

CERTIFY = {"set_aside": [], "own_values": [], "paths": {}, "timeout": 60, "calls": 1}
ENFORCED = {"files": "enforced", "network": "enforced", "processes": "observed"}
PASSED = logs.a_result("SCHEMA-001", "Blur")


def a_run(*rows: Event, complete: bool = True, **about: Any) -> list[Event]:
    pack = logs.a_pack_event(**{"certify": CERTIFY, "sandbox": ENFORCED, **about})
    return logs.a_log(pack, logs.a_node_event("Blur"), PASSED, *rows, complete=complete)


def test_a_green_whole_and_confined_run_gets_one() -> None:
    assert refusal(a_run()) is None
    assert refusal(a_run(isolation={"kind": "venv"})) is None
    warned = logs.a_result("EXEC-010", "Blur", "failed", level="warning")
    assert refusal(a_run(warned, logs.a_result("EXEC-015", "Blur", "not_generable"))) is None


@pytest.mark.parametrize(
    ("events", "why"),
    [
        (a_run(logs.a_result("EXEC-010", "Blur", "failed")), "ended with status 1 "),
        (a_run(complete=False), "not everything planned was run"),
        (a_run(certify=None), "not one to certify"),
        ([*a_run()[:-1], logs.a_pack_event("other"), a_run()[-1]], "not one to certify one pack"),
        (a_run(isolation={"kind": "none"}), "not isolated (none)"),
        (a_run(sandbox={"files": "enforced"}), "not enforced for network"),
        (a_run(sandbox={**ENFORCED, "files": "observed"}), "not enforced for files"),
        (a_run(sandbox={}), "not enforced for files and network"),
        (a_run(sandbox=None, confinement="not enforced: no Landlock"), "confinement was not"),
        (a_run(sandbox=None, confinement=None), "nothing is known of it"),
        (a_run(logs.a_result("EXEC-015", "Blur", "waived")), "findings were waived"),
        (a_run(logs.a_result("EXEC-010", "Blur", "not_reached")), "EXEC-010 on Blur"),
        (a_run(logs.a_result("RPC-001", "Blur", "not_reached")), "1 of 2 judgements"),
    ],
)
def test_any_other_run_gets_none(events: list[Event], why: str) -> None:
    assert why in (refusal(events) or "")


def test_a_log_of_the_same_length_is_another_one(tmp_path: Path) -> None:
    (tmp_path / "log").write_bytes(b"abc")
    for known in ({"bytes": 3, "sha256": sha256(b"abd")}, {"bytes": 4, "sha256": sha256(b"abc")}):
        with pytest.raises(Broken, match="not the log of this run"):
            check_log({"log": known}, tmp_path / "log")
    with pytest.raises(Broken, match="no log of ours"):
        check_log({"log": {"bytes": 3, "sha256": sha256(b"abc")}}, tmp_path / "log")


def test_what_the_certificate_ignored_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"")
    listed = {"files": {"a.py": sha256(b"")}, "links": {}, "left_out": [], "ignored": ["odd"]}
    (tmp_path / "odd").write_text("x")
    check_pack({"contents": listed}, tmp_path)
    with pytest.raises(Broken, match="odd was added"):
        check_pack({"contents": {**listed, "ignored": []}}, tmp_path)


def test_a_certificate_is_no_folder_and_not_the_pack(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WrongUsage, match="is a folder; name a file"):
        _places("folder", tmp_path, None)
    file, log = _places("new/c.json", tmp_path, tmp_path / "out")
    assert (file, log) == (tmp_path / "new" / "c.json", tmp_path / "out" / "events.jsonl")
    with pytest.raises(WrongUsage, match="is the pack; name another file"):
        list(_inside(tmp_path / "new" / "c.json", {file}))
    assert list(_inside(tmp_path / "new", {file, log})) == ["c.json"]


def test_it_binds_the_bytes_of_pack_and_log(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "events.jsonl").write_bytes(b"log")
    written = Written(tmp_path / "c.json", tmp_path / "out" / "events.jsonl", ("out",))
    contents = Contents({"a.py": "0" * 64}, {"b.py": "a.py"})
    found = build_certificate(a_run(), written, contents)
    assert found["log"] == {"file": "out/events.jsonl", "bytes": 3, "sha256": sha256(b"log")}
    assert found["contents"]["files"] == {"a.py": "0" * 64}
    assert found["contents"]["links"] == {"b.py": "a.py"}
    assert found["contents"]["left_out"] == ["out"]
    assert found["digest"] == digest_of(found) == digest_of({**found, "digest": "x"})
    assert digest_of(dict(reversed(found.items()))) == found["digest"]
    for key in set(found) - {"digest"}:
        assert digest_of({**found, key: "another"}) != found["digest"]
