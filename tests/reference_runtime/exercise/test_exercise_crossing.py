"""Steps of what isolation makes of a node, in a real worker: what they find and leave."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from tiny_packs import write_pack

from reference_runtime.exercise.runner import Crossing, Exerciser, Limits, Request
from reference_runtime.runtime import PackSpec

PACK = """
import asyncio, io, os, random, signal, sys, threading
import torch

class Base:
    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"
    CATEGORY = "tests"
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"image": ("IMAGE",), "amount": ("FLOAT", {"default": 0.5})}}

class Plain(Base):
    def run(self, image, amount):
        return (image * amount,)

class Noisy(Base):
    def run(self, image, amount):
        return (image + random.random(),)

class Carries(Base):
    def run(self, image, amount):
        return ({"samples": image, "model": [object()]},)

class Lists(Base):
    OUTPUT_IS_LIST = (True,)
    def run(self, image, amount):
        return ([image, {"f": len}],)

class Refuses(Base):
    def run(self, image, amount):
        raise ValueError("never")

class Dies(Base):
    def run(self, image, amount):
        os._exit(3)

class Buffer(Base):
    kept = torch.zeros(1, 8, 6, 3)
    def run(self, image, amount):
        return (torch.mul(image, amount, out=Buffer.kept),)

class Mixes(Base):
    async def run(self, image, amount):
        Mixes.amount = amount
        await asyncio.sleep(0.001)
        return (image * Mixes.amount,)

class Waits(Base):
    async def run(self, image, amount):
        await asyncio.sleep(0.001)
        return (image * amount,)

class Draws(Base):
    async def run(self, image, amount):
        await asyncio.sleep(0.001)
        return (image * torch.rand(1),)

class Hoards(Base):
    kept = []
    def run(self, image, amount):
        Hoards.kept.append(image[0, 0])
        return (image * amount,)

class HoardsSelf(Base):
    def run(self, image, amount):
        self.kept = getattr(self, "kept", [])
        self.kept.append(image * amount)
        return (self.kept[-1],)

class Few(Base):
    kept = []
    def run(self, image, amount):
        Few.kept = [image, *Few.kept][:3]
        return (image * amount,)

class Opens(Base):
    def run(self, image, amount):
        os.dup(0)
        return (image,)

class Slow(Base):
    def run(self, image, amount):
        import time
        time.sleep(0.2)
        return (image,)

class Talks(Base):
    def run(self, image, amount):
        print("hello")
        os.write(1, b"hello")
        sys.stdout.flush()
        return (image,)

class Closes(Base):
    def run(self, image, amount):
        os.close(1)
        sys.stderr = io.StringIO()
        return (image,)

class Asks(Base):
    def run(self, image, amount):
        input()
        return (image,)

class Reads(Base):
    def run(self, image, amount):
        os.read(0, 1)
        return (image,)

class Counts(Base):
    RETURN_TYPES = ("INT",)
    def run(self, image, amount):
        return (len(os.listdir("/proc/self/fd")),)

NODE_CLASS_MAPPINGS = {c.__name__: c for c in Base.__subclasses__()}
"""


@pytest.fixture(scope="module")
def exerciser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Exerciser]:
    pack = write_pack(tmp_path_factory.mktemp("packs"), PACK)
    with Exerciser(PackSpec(pack, "comfy-0.3.64"), None, Limits(seconds=20)) as made:
        yield made


def a_case(name: str = "defaults", amount: float = 0.5) -> Any:
    image = {"make": "IMAGE", "shape": [1, 8, 6, 3], "fill": "uniform", "seed": 1}
    given = {"image": image, "amount": {"value": amount}}
    return {"id": name, "phase": "systematic", "inputs": given, "capped": [], "absent": []}


def cross(exerciser: Exerciser, step: Any, node: str, calls: int = 12) -> Any:
    others = [a_case("others", 0.25)]
    return exerciser.cross(Crossing(node, node, step, a_case(), others, calls))


def whats(facts: Any) -> list[tuple[str, str]]:
    assert facts["outcome"] == "done", facts
    return [(loss["what"], loss["path"]) for loss in facts["losses"]]


@pytest.mark.parametrize("step", ["wire", "standard", "kept", "flat"])
def test_a_plain_node_passes(exerciser: Exerciser, step: str) -> None:
    facts = cross(exerciser, step, "Plain")
    assert facts == {
        "step": step, "case": "defaults", "outcome": "done", "reason": "", "losses": [],
        "differences": [],
    }  # fmt: skip


@pytest.mark.parametrize("step", ["wire", "kept", "together", "flat"])
def test_a_node_that_gives_nothing_can_not_be_judged(exerciser: Exerciser, step: str) -> None:
    facts = cross(exerciser, step, "Refuses")
    assert (facts["outcome"], facts["reason"]) == ("not_comparable", "a run gave no values")


def test_a_node_that_ends_its_worker_is_told_of_and_the_next_one_runs(exerciser: Exerciser) -> None:
    facts = cross(exerciser, "wire", "Dies")
    assert facts["outcome"] == "died"
    assert "status 3" in facts["reason"]
    assert whats(cross(exerciser, "wire", "Plain")) == []


class TestWire:
    def test_what_is_refused_has_its_place(self, exerciser: Exerciser) -> None:
        facts = cross(exerciser, "wire", "Carries")
        assert whats(facts) == [("refused", "output 0['model'][0]")]

    def test_elements_of_a_list_are_sent_one_by_one(self, exerciser: Exerciser) -> None:
        assert whats(cross(exerciser, "wire", "Lists")) == [("refused", "output 0[1]['f']")]

    def test_chance_is_not_compared(self, exerciser: Exerciser) -> None:
        facts = cross(exerciser, "wire", "Noisy")
        assert whats(facts) == []
        assert "two equal runs do not agree" in facts["reason"]
        assert facts["differences"] == []


class TestKept:
    def test_a_buffer_that_is_used_again(self, exerciser: Exerciser) -> None:
        (found,) = cross(exerciser, "kept", "Buffer")["differences"]
        assert found["path"] == "output 0"

    def test_a_list_output_of_objects_is_let_be(self, exerciser: Exerciser) -> None:
        assert cross(exerciser, "kept", "Carries")["differences"] == []


class TestTogether:
    def test_calls_that_mix(self, exerciser: Exerciser) -> None:
        facts = cross(exerciser, "together", "Mixes")
        assert [each["path"] for each in facts["differences"]] == ["output 0"]

    def test_calls_that_do_not(self, exerciser: Exerciser) -> None:
        facts = cross(exerciser, "together", "Waits")
        assert (facts["outcome"], facts["differences"]) == ("done", [])

    @pytest.mark.parametrize(("node", "why"), [("Plain", "not async"), ("Draws", "do not agree")])
    def test_what_can_not_be_told(self, exerciser: Exerciser, node: str, why: str) -> None:
        facts = cross(exerciser, "together", node)
        assert facts["outcome"] == "not_comparable"
        assert why in facts["reason"]


class TestFlat:
    @pytest.mark.parametrize(
        ("node", "what"),
        [("Hoards", "inputs"), ("HoardsSelf", "outputs"), ("Opens", "descriptors")],
    )
    def test_what_grows(self, exerciser: Exerciser, node: str, what: str) -> None:
        facts = cross(exerciser, "flat", node)
        assert whats(facts) == [(what, what)]
        assert "12" in facts["losses"][0]["detail"]

    def test_a_few_may_be_kept(self, exerciser: Exerciser) -> None:
        assert whats(cross(exerciser, "flat", "Few")) == []

    def test_a_slow_node_is_not_called_often(self, exerciser: Exerciser) -> None:
        facts = cross(exerciser, "flat", "Slow")
        assert facts["outcome"] == "not_comparable"
        assert "one call takes 0.2" in facts["reason"]

    def test_as_many_calls_as_were_asked_for(self, exerciser: Exerciser) -> None:
        facts = cross(exerciser, "flat", "HoardsSelf", calls=50)
        assert "after 50 calls those of 50 are still held" in facts["losses"][0]["detail"]


class TestStandard:
    def test_printing_is_no_harm(self, exerciser: Exerciser) -> None:
        assert whats(cross(exerciser, "standard", "Talks")) == []

    def test_what_was_closed_and_replaced_is_named_and_put_back(self, exerciser: Exerciser) -> None:
        for _ in range(2):  # the second time finds the same: the first left nothing behind
            found = cross(exerciser, "standard", "Closes")
            assert whats(found) == [
                ("replaced", "descriptor 1 (stdout)"), ("replaced", "sys.stderr"),
            ]  # fmt: skip
            assert found["losses"][0]["detail"] == "was closed"

    @pytest.mark.parametrize("node", ["Asks", "Reads"])
    def test_reading_is_seen(self, exerciser: Exerciser, node: str) -> None:
        assert whats(cross(exerciser, "standard", node)) == [("read", "stdin")]


def test_steps_leave_no_descriptor_open(exerciser: Exerciser) -> None:
    """A node that tells how many there are gives the same before and after."""
    cross(exerciser, "wire", "Talks")  # makes the shared memory
    before = opened(exerciser)
    for step in ("standard", "wire", "flat", "kept", "standard"):
        cross(exerciser, step, "Talks")
    assert opened(exerciser) == before


def opened(exerciser: Exerciser) -> str:
    """What the node Counts gives, as text."""
    facts = exerciser.run(Request("Counts", "Counts", a_case())).facts
    return str(facts["outputs"][0]["items"][0]["text"])
