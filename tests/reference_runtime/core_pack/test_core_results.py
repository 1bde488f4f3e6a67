"""What nodes of the core pack compute, against what the host's nodes of the same names computed."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
import value_pack
from recorded import LEVEL, Replay, Verdict, compared, recorded

from reference_runtime.core_pack import NODE_CLASS_MAPPINGS
from reference_runtime.engine.local_nodes import LocalNodes
from reference_runtime.levels import configure

CASES = [
    case
    for case in recorded("host_executions", "host_executions_more")
    if case["node"] in NODE_CLASS_MAPPINGS and not case["tag"].startswith("err: wrong type")
]
"""What a node says to a value of another type is a matter of its code, which is ours here."""


@pytest.fixture(scope="module")
def verdicts() -> dict[str, Verdict]:
    """Of every case, by id."""
    torch = pytest.importorskip("torch")
    configure(LEVEL, "faithful")
    replay = Replay(LocalNodes({**value_pack.NODE_CLASS_MAPPINGS, **NODE_CLASS_MAPPINGS}))

    async def run() -> dict[str, Verdict]:
        return {case["id"]: await replay.verdict(case) for case in CASES}

    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # as the host was recorded
    try:
        return asyncio.run(run())
    finally:
        torch.set_num_threads(threads)


@pytest.mark.parametrize("node", sorted({case["node"] for case in CASES}))
def test_node_computes_what_the_host_does(node: str, verdicts: dict[str, Verdict]) -> None:
    mine = {case["id"]: verdicts[case["id"]] for case in CASES if case["node"] == node}
    assert mine
    wrong = {k: v for k, v in mine.items() if v.kind not in ("equal", "equal by mean")}
    assert wrong == {}


def test_most_results_are_equal_to_the_last_bit(verdicts: dict[str, Verdict]) -> None:
    kinds = Counter(verdict.kind for verdict in verdicts.values())
    assert len(verdicts) > 150
    assert kinds["equal by mean"] <= 0.05 * len(verdicts)


TENSOR = {
    "kind": "tensor", "shape": [1], "dtype": "float32", "sha256_r4": "1",
    "mean": 0.5, "std": 0.1, "min": 0.0, "max": 1.0, "first8": [0.5],
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({}, "equal"),
        ({"sha256_r4": "2", "mean": 0.5000001}, "equal by mean"),
        ({"sha256_r4": "2", "mean": 0.50001}, "different"),
        ({"sha256_r4": "2", "max": 0.9}, "different"),
        ({"sha256_r4": "2", "first8": [0.6]}, "different"),
        ({"shape": [2]}, "different"),
        ({"dtype": "float64"}, "different"),
        ({"kind": "object"}, "different"),
    ],
)
def test_results_are_compared_to_the_last_rounded_decimal(
    change: dict[str, object], kind: str
) -> None:
    sides = [{"ok": True, "outputs": [[tensor]]} for tensor in (TENSOR, {**TENSOR, **change})]
    assert compared(*sides).kind == kind


def test_errors_are_compared_by_type_and_message() -> None:
    failed = {"ok": False, "exception_type": "KeyError", "message": "'samples'"}
    assert compared(failed, {**failed, "inputs": {}}).kind == "equal"
    assert compared(failed, {**failed, "message": "other"}).kind == "different"
    assert compared(failed, {"ok": True, "outputs": []}).kind == "different"
