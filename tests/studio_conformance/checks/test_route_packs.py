"""Every careless route is found by a request, at its parameter; careful routes draw nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from shipped import ROOT

from studio_conformance import pack_run, probing_routes
from studio_conformance.results import Result
from studio_conformance.session import open_pack

PACKS = ROOT / "escapes"
SECRET = "<host>/outside/secret.png"
FOUND = {
    "GET /careless/view file": (f"GET /careless/view?file={SECRET} reads", "abs-1"),
    "GET /careless/send/{name} name": (
        "GET /careless/send/<host>%2Foutside%2Fsecret.png reads", "abs-1",
    ),
    "POST /careless/save name": (f'POST /careless/save {{"name": "{SECRET}"}} writes', "abs-1"),
    "POST /careless/rename to": (f'POST /careless/rename {{"to": "{SECRET}"}} writes', "abs-1"),
    "GET /careless/list/{folder:.*} folder": ("GET /careless/list/%2F lists", "abs-root"),
    "DELETE /careless/notes name": ("DELETE /careless/notes?name=/ deletes", "abs-root"),
    "POST /careless/upload image": (
        f"POST /careless/upload with a file 'image' named '{SECRET}' writes", "abs-1",
    ),
    "POST /careless/form name": (f'POST /careless/form {{"name": "{SECRET}"}} reads', "abs-1"),
    "* /careless/thing word": ("ANY /careless/thing?word=", "sh-bt"),
}  # fmt: skip
"""By route and parameter: how the message begins, and the simplest payload."""


def _rows(pack: str) -> list[Result]:
    """The rows of SANDBOX-020; time is no matter here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pack_run, "NODE_SECONDS", 600.0)
        patch.setattr(probing_routes, "ROUTE_SECONDS", 600.0)
        overrides = {"select": ("SANDBOX-020",), "budget": 3600.0}
        run = open_pack(str(PACKS / pack), overrides, ROOT)
        try:
            run.load()
            run.expect(run.units)
            return [row for unit in run.units for row in run.run(unit)]
        finally:
            run.close()


@pytest.fixture(scope="module")
def careless() -> dict[str | None, Result]:
    return {row["input"]: row for row in _rows("careless")}


def test_nothing_else_is_found(careless: dict[str | None, Result]) -> None:
    assert careless.keys() == FOUND.keys()


@pytest.mark.parametrize("place", FOUND)
def test_careless_route_is_found(place: str, careless: dict[str | None, Result]) -> None:
    row, (begins, payload) = careless[place], FOUND[place]
    assert row["message"].startswith(begins)
    assert f"payload {payload})" in row["message"]
    assert (row["outcome"], row["level"], row["node"]) == ("failed", "error", None)
    assert "--studio-select=SANDBOX-020" in (row["replay"] or "")
    lines = Path(row["file"] or "").read_text("utf-8").splitlines()
    assert any(word in lines[(row["line"] or 0) - 1] for word in ("(", "def")), row


def test_careful_routes_draw_nothing() -> None:
    rows = _rows("careful")
    assert [(row["outcome"], row["message"]) for row in rows] == [("passed", "")]
