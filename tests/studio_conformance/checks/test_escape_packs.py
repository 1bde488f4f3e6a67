"""Every careless use of a text is found, at its node and input; careful uses draw nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from shipped import ROOT

from studio_conformance import pack_run, probing
from studio_conformance.results import Result
from studio_conformance.session import open_pack

PACKS = ROOT / "escapes"
READ, WRITE, DELETE, LIST = "SANDBOX-001", "SANDBOX-002", "SANDBOX-003", "SANDBOX-004"
EXISTS, LINK, ARCHIVE, LOAD = "SANDBOX-005", "SANDBOX-006", "SANDBOX-007", "SANDBOX-008"
CODE, SHELL, OPTION, CONTACT = "SANDBOX-009", "SANDBOX-010", "SANDBOX-011", "SANDBOX-013"
SECRET, OWN = "SANDBOX-014", "SANDBOX-015"
BY_ITSELF = ("SANDBOX-017", "SANDBOX-018")
"""About what a node does whatever its texts are: some nodes here start a program."""
SINKS = {
    "ReadText": READ, "ReadBesideCwd": READ, "ReadJson": READ, "ReadCsv": READ, "ReadImage": READ,
    "ReadArray": READ, "ReadLowLevel": READ, "ReadNatively": READ, "ReadSafetensors": READ,
    "ReadDatabase": READ, "CopyIn": READ, "WriteText": WRITE, "WriteNamed": WRITE,
    "WriteArray": WRITE, "WriteNatively": WRITE, "MakeFolders": WRITE, "MakeLink": WRITE,
    "MoveAway": WRITE, "DeleteFile": DELETE, "DeleteFolder": DELETE, "ListFolder": LIST,
    "ListPattern": LIST, "WalkFolder": LIST, "TellExistence": EXISTS, "UnpackZip": ARCHIVE,
    "UnpackTar": ARCHIVE, "LoadPickle": LOAD, "LoadTorch": LOAD, "LoadYaml": LOAD,
    "LoadObjects": LOAD, "LoadModule": LOAD, "Evaluate": CODE, "EvaluateBarely": CODE,
    "Execute": CODE, "EvaluateFunction": CODE, "ImportByName": CODE, "FormatWithObjects": CODE,
    "RunShell": SHELL, "RunQuotedBadly": SHELL, "RunWithOption": OPTION, "Fetch": CONTACT,
    "Connect": CONTACT, "FillInVariables": SECRET, "TellVariable": SECRET, "WriteIntoPack": OWN,
}  # fmt: skip
"""By node: the check that its sink draws."""
CHECKS = {
    "NoCheck": "abs-1", "StartsWithUnresolved": "cf-model-dd", "StartsWithResolved": "abs-sib",
    "AbspathAndPrefix": "abs-sib", "AbspathAndCommonpath": "ln-dir",
    "DotsReplacedOnce": "dd-strip2",
    "DotsRefused": "abs-1", "AbsoluteRefused": "cf-model-dd", "LeadingDotsRefused": "dd-sub",
    "EndingLookedAt": "abs-1", "StrippedAfterCheck": "dd-tab", "UnquotedAfterCheck": "up-url",
    "UnquotedTwice": "up-url2", "NormalizedAfterCheck": "uni-2dot", "CleanedAfterCheck": "uni-zwsp",
    "BackslashesAfterCheck": "win-ext", "CharactersStripped": "abs-1",
    "AddressTakenApart": "url-file", "QuotesTakenOff": "abs-q", "FirstFolderLookedAt": "dd-sub",
    "ValidatorOnly": "abs-1", "Fingerprint": "abs-1",
}  # fmt: skip
"""By node: the simplest payload that its check lets through."""


@pytest.fixture(scope="module")
def careless() -> list[Result]:
    return _judged(PACKS / "careless")


def _judged(pack: Path) -> list[Result]:
    """All rows of family SANDBOX; time is no matter here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack_run, "NODE_SECONDS", 600.0)
        patch.setattr(probing, "INPUT_SECONDS", 600.0)
        return _rows(pack)


def _rows(pack: Path) -> list[Result]:
    run = open_pack(str(pack), {"select": ("SANDBOX",), "budget": 3600.0}, ROOT)
    try:
        run.load()
        run.expect(run.units)
        return [row for unit in run.units for row in run.run(unit)]
    finally:
        run.close()


def _found(rows: list[Result], node: str) -> dict[str, Result]:
    failed = [row for row in rows if row["node"] == node and row["outcome"] == "failed"]
    return {row["code"]: row for row in failed}


def test_each_node_of_the_pack_is_expected_here(careless: list[Result]) -> None:
    expected = {f"Careless{name}" for name in (*SINKS, *CHECKS, "ExpandedAfterCheck")}
    assert {row["node"] for row in careless if row["node"]} == expected


@pytest.mark.parametrize("name", SINKS)
def test_sink_is_found_at_its_input_and_line(name: str, careless: list[Result]) -> None:
    row = _found(careless, f"Careless{name}")[SINKS[name]]
    assert row["input"] == "text"
    assert (row["file"] or "").endswith(("sinks.py", "base.py"))


@pytest.mark.parametrize("name", CHECKS)
def test_careless_check_falls_to_its_simplest_payload(name: str, careless: list[Result]) -> None:
    found = _found(careless, f"Careless{name}")
    row = found[LINK if name == "AbspathAndCommonpath" else READ]
    assert f"payload {CHECKS[name]})" in row["message"]
    assert (row["input"], Path(row["file"] or "").name) == ("text", "checks.py")


def test_what_only_a_validator_refuses_comes_over_a_link(careless: list[Result]) -> None:
    row = _found(careless, "CarelessValidatorOnly")[READ]
    assert "over a link" in row["message"]


def test_expanding_variables_leaves_the_folder(careless: list[Result]) -> None:
    assert {READ, SECRET} <= _found(careless, "CarelessExpandedAfterCheck").keys()


def test_the_other_input_is_never_blamed(careless: list[Result]) -> None:
    failed = [row for row in careless if row["outcome"] == "failed" and row["node"]]
    assert {row["input"] for row in failed if row["code"] not in BY_ITSELF} == {"text"}


def test_careful_uses_draw_nothing() -> None:
    rows = [row for row in _judged(PACKS / "careful") if row["code"] not in BY_ITSELF]
    loud = [
        (row["node"], row["code"], row["message"]) for row in rows if row["outcome"] == "failed"
    ]
    assert loud == []
    assert {row["outcome"] for row in rows if row["node"]} == {"passed"}
