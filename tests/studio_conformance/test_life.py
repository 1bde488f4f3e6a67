"""The life of a pack, by the commands that its author types.

Read it from top to bottom: each step is a paragraph that says what happens, the command, and what
comes of it. Nothing here is made up: real processes judge a real pack in a folder of its own.

Runs before the certificate leave out the family RPC, and where they are about something else also
EXEC, only so that the test is quick. The certificate leaves out nothing.
"""

from __future__ import annotations

import datetime
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

NODES = '''\
"""Nodes for a garden."""

from studio_api.latest import StudioExtension, io


class Water(io.StudioNode):
    """How much water a bed needs."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="GardenWater",
            display_name="Water (Garden)",
            category="Garden",
            description="How much water a bed needs.",
            inputs=[
                io.Int.Input("plants", default=0, min=1, max=100),
                io.Float.Input("litres", default=1.5, min=0.1, max=20.0),
            ],
            outputs=[io.Float.Output("total", display_name="total")],
        )

    @classmethod
    def execute(cls, plants, litres):
        return io.NodeOutput(plants * litres)


class Label(io.StudioNode):
    """The text for a bed's label."""

    @classmethod
    def define_schema(cls):
        return io.Schema(
            node_id="GardenLabel",
            display_name="Label (Garden)",
            category="Garden",
            description="The text for a bed's label.",
            inputs=[io.String.Input("plant", default="tomato")],
            outputs=[io.String.Output("text", display_name="text")],
        )

    @classmethod
    def execute(cls, plant):
        return io.NodeOutput(len(plant))


class Garden(StudioExtension):
    async def get_node_list(self):
        return [Water, Label]


async def studio_entrypoint():
    return Garden()
'''
PROJECT = '[project]\nname = "garden"\nversion = "1.0.0"\n'
WAIVER = """\

[[tool.studio-conformance.waivers]]
code = "SCHEMA-007"
node = "GardenWater"
reason = "the default goes up with the next release"
expires = {expires}
"""
QUICK = "--studio-ignore=RPC"
UNRUN = "--studio-ignore=EXEC,RPC"


class Done(NamedTuple):
    """What a command came to."""

    status: int
    text: str


class Author:
    """Sits in a folder that holds the pack ``garden``, types commands and edits files."""

    def __init__(self, place: Path, plugin_args: tuple[str, ...]) -> None:
        self.place = place
        self.plugin_args = plugin_args
        self.edit("garden/__init__.py", NODES)
        self.edit("garden/pyproject.toml", PROJECT)

    def edit(self, file: str, text: str) -> None:
        path = self.place / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, file: str, old: str, new: str) -> None:
        text = self.read(file)
        assert text.count(old) == 1
        self.edit(file, text.replace(old, new))

    def read(self, file: str) -> str:
        return (self.place / file).read_text(encoding="utf-8")

    def pytest(self, *args: str) -> Done:
        return self._type("pytest", *self.plugin_args, "--studio-pack=garden", *args)

    def studio_conformance(self, *args: str) -> Done:
        return self._type("studio_conformance.cli", *args)

    def _type(self, module: str, *args: str) -> Done:
        command = [sys.executable, "-m", module, *args]
        done = subprocess.run(command, cwd=self.place, capture_output=True, text=True)
        return Done(done.returncode, done.stdout + done.stderr)

    def found(self, outcome: str, folder: str = "studio-report") -> set[tuple[str, str | None]]:
        """(code, node) of the last report's rows with this outcome."""
        rows = self.report(folder)["results"]
        return {(row["code"], row["node"]) for row in rows if row["outcome"] == outcome}

    def report(self, folder: str = "studio-report") -> Mapping[str, Any]:
        report: Mapping[str, Any] = json.loads(self.read(f"{folder}/report.json"))
        return report


@pytest.fixture
def author(tmp_path: Path, plugin_args: tuple[str, ...]) -> Author:
    return Author(tmp_path, plugin_args)


def _day(days_from_now: int) -> str:
    today = datetime.datetime.now(datetime.timezone.utc).date()
    return (today + datetime.timedelta(days_from_now)).isoformat()


def test_a_pack_from_init_to_its_certificate(author: Author) -> None:
    # The author sets the pack up: settings for the judge, a workflow for CI.
    done = author.studio_conformance("init", "garden")
    assert (done.status, done.text.count(": written")) == (0, 2)
    assert "[tool.studio-conformance]" in author.read("garden/pyproject.toml")

    # The first run finds two things: a default out of its range, an output of the wrong type.
    done = author.pytest(QUICK, "--studio-report=studio-report")
    assert done.status == 1
    assert author.found("failed") == {("SCHEMA-007", "GardenWater"), ("EXEC-004", "GardenLabel")}
    assert "fix: Convert the value (int(...), float(...), str(...))" in done.text

    # The finding about the output comes with a command that shows it again, on its own input.
    identity = re.findall(r"--studio-replay=(\w+)", done.text)[-1]
    done = author.pytest(f"--studio-replay={identity}")
    assert done.status == 1
    assert "plant='tomato'" in done.text

    # That one is mended.
    author.replace("garden/__init__.py", "io.NodeOutput(len(plant))", 'io.NodeOutput(f"{plant}!")')

    # The other has to wait, for a month: it is waived, with a reason and an end.
    settings = author.read("garden/pyproject.toml")
    author.edit("garden/pyproject.toml", settings + WAIVER.format(expires=_day(30)))

    # Released: the run is green, and its report is kept as the release's own.
    done = author.pytest(QUICK, "--studio-report=release-1.0.0")
    assert done.status == 0
    assert author.found("failed", "release-1.0.0") == set()
    assert author.found("waived", "release-1.0.0") == {("SCHEMA-007", "GardenWater")}
    assert "waived: the default goes up with the next release" in done.text

    # After a month the finding counts again, and the waiver is one of its own.
    author.edit("garden/pyproject.toml", settings + WAIVER.format(expires=_day(-1)))
    done = author.pytest(UNRUN, "--studio-report=studio-report")
    assert done.status == 1
    late = {("SCHEMA-007", "GardenWater"), ("WAIVER-002", "GardenWater")}
    assert author.found("failed") == late

    # So the default is put right, and the waiver goes.
    author.replace("garden/__init__.py", '"plants", default=0', '"plants", default=1')
    author.edit("garden/pyproject.toml", settings)

    # Then a node is dropped, and called a matter of 1.0.1. Compared with the release, it is not.
    author.replace("garden/__init__.py", "return [Water, Label]", "return [Water]")
    author.replace("garden/pyproject.toml", '"1.0.0"', '"1.0.1"')
    baseline = "--studio-baseline=release-1.0.0/report.json"
    done = author.pytest(UNRUN, baseline, "--studio-report=studio-report")
    assert done.status == 1
    assert {code.partition("-")[0] for code, _ in author.found("failed")} == {"RELEASE"}
    assert re.search(r"\b(major|2\.0\.0)\b", done.text)

    # The version says it now: 2.0.0. The comparison has no more to find.
    author.replace("garden/pyproject.toml", '"1.0.1"', '"2.0.0"')
    done = author.pytest(UNRUN, baseline)
    assert (done.status, "exit status 0" in done.text) == (0, True)

    # Certified: everything is judged, without waivers, in a sandbox that held.
    done = author.pytest(baseline, "--studio-certify", "--studio-report=release-2.0.0")
    assert done.status == 0, done.text
    certificate = json.loads(author.read("release-2.0.0/studio-certificate.json"))
    assert certificate["pack"] == {"name": "garden", "version": "2.0.0"}
    assert certificate["baseline"]["version"] == "1.0.0"
    assert certificate["totals"]["failed"] == certificate["totals"]["waived"] == 0
    assert certificate["totals"]["cases"]["returned"] > 0

    # Whoever gets the pack can check that it is the one that was certified.
    verify = ("verify", "release-2.0.0/studio-certificate.json", "garden")
    assert author.studio_conformance(*verify).status == 0

    # One changed byte, and it is not.
    author.replace("garden/__init__.py", "plants * litres", "plants + litres")
    done = author.studio_conformance(*verify)
    assert done.status == 1
    assert "__init__.py was changed" in done.text


def test_a_waiver_does_not_buy_a_certificate(author: Author) -> None:
    # The pack of the release above: its one finding is waived, and the run is green.
    author.replace("garden/__init__.py", "io.NodeOutput(len(plant))", "io.NodeOutput(plant)")
    author.edit("garden/pyproject.toml", PROJECT + WAIVER.format(expires=_day(30)))
    assert author.pytest(UNRUN).status == 0

    # A certificate does not know waivers, and says so. (One second for running nodes: red anyway.)
    done = author.pytest("--studio-certify", "--studio-budget=1")
    assert done.status == 1
    assert "(set aside here: 1 waiver)" in done.text
    assert "no certificate: the run ended with status 1 (findings)" in done.text
    assert not (author.place / "studio-certificate.json").exists()
