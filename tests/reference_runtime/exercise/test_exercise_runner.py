"""Nodes run on cases in a real worker: what is seen, and what becomes of workers that die."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from descriptions import a_node, a_pack
from tiny_packs import processes_of, write_pack

from reference_runtime.exercise.budget import Budget
from reference_runtime.exercise.runner import Answer, Exerciser, Journal, Limits, Request, preload
from reference_runtime.runtime import PackSpec
from studio_conformance.snippets import snippet_of
from studio_conformance.subject import Pack

PACK = """
import asyncio, os, time
import torch
from comfy_api.latest import io

class Base:
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "amount": ("FLOAT", {"default": 0.5})},
                "hidden": {"node": "UNIQUE_ID"}}
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"

class Good(Base):
    def run(self, image, amount, node):
        assert node is not None, "no hidden value came"
        return (image * amount,)

class InPlace(Base):
    def run(self, image, amount, node):
        image.mul_(amount)
        return (image,)

class Noisy(Base):
    def run(self, image, amount, node):
        return (image + torch.rand(1),)

class Counting(Base):
    def __init__(self):
        self.calls = 0
    def run(self, image, amount, node):
        self.calls += 1
        return (image * self.calls,)

class MixesBatch(Base):
    def run(self, image, amount, node):
        return (image / image.max(),)

class Exits(Base):
    def run(self, **inputs):
        os._exit(3)

class Hangs(Base):
    def run(self, **inputs):
        time.sleep(60)

class Eats(Base):
    def run(self, **inputs):
        kept = []
        while True:
            kept.append(bytearray(b"x") * 20_000_000)
            time.sleep(0.01)

class Slips(Base):
    def run(self, image, amount, node):
        return {}["missing"]

class Refuses(Base):
    @classmethod
    def VALIDATE_INPUTS(cls, amount):
        return "never this amount" if amount is not None else True
    def run(self, **inputs):
        raise AssertionError("must not be called")

class Blocks(Base):
    async def run(self, image, amount, node):
        await asyncio.sleep(0)
        time.sleep(0.2)
        return (image,)

class OneTooFew(Base):
    RETURN_TYPES = ("IMAGE", "MASK")
    def run(self, image, amount, node):
        return (image,)

class Litters(Base):
    def run(self, image, amount, node):
        open("left.txt", "w").close()
        return (image,)

class Three(io.ComfyNode):
    @classmethod
    def define_schema(cls):
        return io.Schema("Three", inputs=[io.Int.Input("amount")], outputs=[io.Int.Output()],
                         hidden=[io.Hidden.unique_id])
    @classmethod
    def execute(cls, amount):
        return io.NodeOutput(amount if cls.hidden.unique_id else -1)

NODE_CLASS_MAPPINGS = {c.__name__: c for c in [*Base.__subclasses__(), Three]}
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pack(tmp_path_factory.mktemp("packs"), PACK)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("journal") / "inputs.jsonl"


@pytest.fixture(scope="module")
def exerciser(pack: Path, journal: Path) -> Iterator[Exerciser]:
    written = Journal(journal)
    with Exerciser(PackSpec(pack, "comfy-0.3.64"), written, Limits(seconds=20)) as made:
        yield made
    written.close()


def a_case(batch: int = 1, **inputs: Any) -> Any:
    image = {"make": "IMAGE", "shape": [batch, 8, 6, 3], "fill": "uniform", "seed": 1}
    given = {"image": image, "amount": {"value": 0.5}, **inputs}
    return {"id": "defaults", "phase": "systematic", "inputs": given, "capped": [], "absent": []}


def run(exerciser: Exerciser, name: str, case: Any = None, **options: Any) -> Answer:
    return exerciser.run(Request(name, name, case or a_case(), **options))


def related(exerciser: Exerciser, name: str, relation: str, **options: Any) -> Any:
    answer = run(exerciser, name, relations=(relation,), **options)
    (found,) = answer.relations
    return found


def test_a_good_node_gives_its_values(exerciser: Exerciser) -> None:
    facts = run(exerciser, "Good").facts
    assert (facts["outcome"], facts["form"], facts["returned"]) == ("returned", "tuple", 1)
    assert facts["mutations"] == []
    assert facts["changes"] == []
    (slot,) = facts["outputs"]
    assert slot["items"][0]["shape"] == [1, 8, 6, 3]
    assert slot["items"][0]["max"] <= 0.5
    assert slot["aliases"] == []


def test_an_input_changed_in_place_is_told(exerciser: Exerciser) -> None:
    facts = run(exerciser, "InPlace").facts
    assert [(m["input"], m["what"]) for m in facts["mutations"]] == [("image", "values")]
    assert facts["outputs"][0]["aliases"] == ["image"]


def test_a_slip_is_told_with_its_line(exerciser: Exerciser) -> None:
    failure = run(exerciser, "Slips").facts["failure"]
    assert failure is not None
    assert (failure["type"], failure["rejection"]) == ("KeyError", "programming")
    line = 1 + PACK.splitlines().index('        return {}["missing"]')
    assert failure["line"] == line


def test_what_the_validator_refuses_is_not_run(exerciser: Exerciser) -> None:
    facts = run(exerciser, "Refuses").facts
    assert (facts["outcome"], facts["failure"]) == ("refused", None)
    assert "never this amount" in facts["reason"]


def test_too_few_values_leave_a_slot_missing(exerciser: Exerciser) -> None:
    facts = run(exerciser, "OneTooFew").facts
    assert facts["length_differs"]
    assert [slot["missing"] for slot in facts["outputs"]] == [False, True]


def test_an_async_node_that_sleeps_blocks_the_loop(exerciser: Exerciser) -> None:
    facts = run(exerciser, "Blocks").facts
    assert facts["is_async"]
    assert facts["blocked_loop"] is not None
    assert facts["blocked_loop"] > 0.15


def test_files_are_told_and_taken_away(exerciser: Exerciser) -> None:
    for _ in range(2):  # the second run must not find the first one's file
        changes = run(exerciser, "Litters").facts["changes"]
        assert [(c["kind"], c["detail"]) for c in changes] == [("file", "host/left.txt")]


@pytest.mark.parametrize(
    ("name", "relation", "outcome"),
    [
        ("Good", "again", "agrees"),
        ("Good", "other_rng", "agrees"),
        ("Good", "same_instance", "agrees"),
        ("Good", "growth", "agrees"),
        ("Noisy", "again", "agrees"),
        ("Noisy", "other_rng", "differs"),
        ("Counting", "again", "agrees"),
        ("Counting", "same_instance", "differs"),
        ("Good", "other_path", "not_comparable"),
    ],
)
def test_further_runs_are_compared(
    exerciser: Exerciser, name: str, relation: str, outcome: str
) -> None:
    assert (
        related(exerciser, name, relation, other=a_case(amount={"value": 0.1}))["outcome"]
        == outcome
    )


@pytest.mark.parametrize(("name", "outcome"), [("Good", "agrees"), ("MixesBatch", "differs")])
def test_a_batch_is_compared_with_its_elements(
    exerciser: Exerciser, name: str, outcome: str
) -> None:
    found = related(exerciser, name, "split_batch", case=a_case(batch=2))
    assert found["outcome"] == outcome


def test_a_v3_node_gets_its_hidden_values_on_both_paths(exerciser: Exerciser) -> None:
    case = {**a_case(), "inputs": {"amount": {"value": 4}}}
    answer = run(exerciser, "Three", case, relations=("other_path",))
    assert answer.facts["outputs"][0]["items"][0]["text"] == "4"
    assert answer.relations[0]["outcome"] == "agrees"


def test_the_case_is_written_down_before_it_runs(exerciser: Exerciser, journal: Path) -> None:
    facts = run(exerciser, "Exits").facts
    assert (facts["outcome"], facts["reason"]) == ("crashed", "the worker exited with status 3")
    last = json.loads(journal.read_text().splitlines()[-1])
    assert (last["node"], last["case"]) == ("Exits", a_case())
    assert run(exerciser, "Good").facts["outcome"] == "returned"  # in a new worker


def test_an_unknown_node_is_not_run(exerciser: Exerciser) -> None:
    facts = run(exerciser, "Nobody").facts
    assert facts["outcome"] == "not_run"
    assert "no node 'Nobody'" in facts["reason"]


def test_a_hang_is_ended_by_the_parent(pack: Path) -> None:
    with Exerciser(PackSpec(pack, "comfy-0.3.64"), limits=Limits(seconds=20)) as exerciser:
        facts = run(exerciser, "Hangs", seconds=1.0).facts
    assert (facts["outcome"], facts["reason"]) == ("hung", "no answer within 1 s")


def test_memory_has_a_bound(pack: Path) -> None:
    limits = Limits(seconds=60, memory=700 << 20)
    with Exerciser(PackSpec(pack, "comfy-0.3.64"), limits=limits) as exerciser:
        facts = run(exerciser, "Eats").facts
    assert (facts["outcome"], facts["reason"]) == ("crashed", "took more than 0.7 GB of memory")


@pytest.mark.parametrize("forked", [False, True])
def test_nothing_stays_behind(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forked: bool
) -> None:
    spec = PackSpec(pack, "comfy-0.3.64")
    preload(spec)  # it stays until this process ends, and is not looked for here
    if not forked:
        monkeypatch.setattr("reference_runtime.isolation.forking.fork_now", lambda *_: None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with Exerciser(spec, limits=Limits(seconds=20)) as exerciser:
        run(exerciser, "Good")
        assert processes_of(tmp_path)
    assert not processes_of(tmp_path)
    assert [*tmp_path.iterdir()] == []


DYNAMIC = """
from comfy_api.latest import ComfyExtension, io

class Chooser(io.ComfyNode):
    @classmethod
    def define_schema(cls):
        options = [io.DynamicCombo.Option("twice", [io.Int.Input("number")])]
        return io.Schema("Chooser", inputs=[io.DynamicCombo.Input("mode", options=options)],
                         outputs=[io.Int.Output()])
    @classmethod
    def execute(cls, mode):
        return io.NodeOutput(2 * mode["number"])

class Extension(ComfyExtension):
    async def get_node_list(self):
        return [Chooser]

async def comfy_entrypoint():
    return Extension()
"""


def test_values_of_dynamic_inputs_come_in_a_dict(tmp_path: Path) -> None:
    spec = PackSpec(write_pack(tmp_path, DYNAMIC), "comfy-latest")
    inputs = {"mode": {"value": "twice"}, "mode.number": {"value": 21}}
    with Exerciser(spec, limits=Limits(seconds=20)) as exerciser:
        facts = run(exerciser, "Chooser", {**a_case(), "inputs": inputs}).facts
    assert facts["outcome"] == "returned", facts["failure"]
    assert facts["outputs"][0]["items"][0]["text"] == "42"


def test_the_end_of_the_budget_cuts_a_call_and_calls_it_no_hang(pack: Path) -> None:
    budget = Budget(600, 600)
    with Exerciser(PackSpec(pack, "comfy-0.3.64"), budget=budget) as exerciser:
        exerciser.prepare()
        budget._ends = time.monotonic() + 1.0
        cut = run(exerciser, "Hangs").facts
        late = run(exerciser, "Good").facts
    spent = "the budget of 600 s for the run is spent"
    assert (cut["outcome"], cut["reason"]) == ("not_run", f"cut: {spent}")
    assert (late["outcome"], late["reason"]) == ("not_run", spent)


def an_output(node: str, output: int = 0, **inputs: Any) -> Any:
    given = {**a_case()["inputs"], **inputs}
    return {
        "make": "OUTPUT", "node": node, "class_name": node, "output": output, "inputs": given,
    }  # fmt: skip


def test_an_input_may_be_what_another_node_gives(exerciser: Exerciser) -> None:
    half, again = an_output("Good"), an_output("Good", image=an_output("Good"))
    for given, most in ((half, 0.25), (again, 0.125)):
        facts = run(exerciser, "Good", a_case(image=given)).facts
        assert facts["outcome"] == "returned"
        assert most / 2 < facts["outputs"][0]["items"][0]["max"] <= most
        assert facts["changes"] == []


def test_an_input_whose_node_gives_nothing_is_no_fault_of_the_node(exerciser: Exerciser) -> None:
    for given, reason in (
        (an_output("Slips"), "Slips gave none: raised 'missing'"),
        (an_output("Good", 3), "Good gave none: returned"),
    ):
        facts = run(exerciser, "Good", a_case(image=given)).facts
        assert facts["outcome"] == "not_run"
        assert reason in facts["reason"]


def test_a_pasted_snippet_makes_what_another_node_gives(pack: Path) -> None:
    spec = PackSpec(pack, "comfy-0.3.64")
    node = Pack(pack, a_pack(a_node("Good"))).nodes[0]
    case = a_case(image=an_output("Good"))
    done = subprocess.run(
        [sys.executable, "-c", snippet_of(spec, node, case)],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "tensor" in done.stdout


FAMILY = """
import subprocess, sys, time

class Family:
    FUNCTION, RETURN_TYPES, CATEGORY = "run", ("STRING",), "tests"

    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"what": ("STRING", {"default": "memory"})}}

    def run(self, what):
        code = "import time; x = bytearray(200 << 20); time.sleep(20)" if what == "memory" else (
            "import time; time.sleep(20)")
        for _ in range(4 if what == "memory" else 12):
            subprocess.Popen([sys.executable, "-I", "-S", "-c", code])
        time.sleep(15)
        return (what,)

NODE_CLASS_MAPPINGS = {"Family": Family}
"""


@pytest.mark.parametrize(
    ("what", "reason"),
    [("memory", "took more than 0.7 GB of memory"), ("processes", "took more than 8 processes")],
)
@pytest.mark.skipif(sys.platform != "linux", reason="the tree of processes is read from /proc")
def test_what_a_node_starts_counts_too(tmp_path: Path, what: str, reason: str) -> None:
    """Limits of one process are no limits: each of these stays below them."""
    path = write_pack(tmp_path, FAMILY)
    limits = Limits(seconds=14, memory=700 << 20)
    with Exerciser(PackSpec(path, "studio-0.3.71"), None, limits) as exerciser:
        exerciser._guard.processes = 8
        case = {**a_case(), "inputs": {"what": {"value": what}}}
        facts = run(exerciser, "Family", case).facts
    assert (facts["outcome"], facts["reason"]) == ("crashed", reason)
