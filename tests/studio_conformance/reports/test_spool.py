"""What is kept outside of memory comes back as it was, and leaves nothing behind."""

from __future__ import annotations

import gc
import os
import tracemalloc
from pathlib import Path

import logs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio_conformance.reports import spool as module
from studio_conformance.reports.facts import gather
from studio_conformance.reports.spool import Cells, Spool, Spooled


@pytest.fixture(autouse=True, params=[2**20, 64], ids=["memory", "file"])
def _size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "IN_MEMORY", request.param)


def test_lists_share_a_spool_and_stay_apart() -> None:
    spool = Spool()
    odd, even = Spooled(spool), Spooled(spool)
    for number in range(100):
        (odd if number % 2 else even).append({"event": "x", "text": f"{number}\n\ud800é" * number})
    assert len(odd) == len(even) == 50
    assert [event["text"] for event in odd] == [f"{n}\n\ud800é" * n for n in range(1, 100, 2)]
    for first, second in zip(even, even, strict=True):  # Two readers beside each other.
        assert first == second
    even.append({"event": "late"})
    assert [event["event"] for event in even][-2:] == ["x", "late"]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 4), st.integers(97, 122))))
def test_cells_are_a_table_of_bytes(marks: list[tuple[int, int, int]]) -> None:
    cells, table = Cells(5, b"."), [bytearray(b".....") for _ in range(41)]
    for row, column, letter in marks:
        cells[row][column] = letter
        table[row][column] = letter
    assert [bytes(cells[row]) for row in range(41)] == list(map(bytes, table))


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc to count open files")
def test_facts_leave_no_file_open() -> None:
    def held() -> int:
        return len(os.listdir("/proc/self/fd"))

    log = logs.a_log(*logs.every_outcome(), *logs.every_outcome("other"))
    before = held()
    facts = gather(log)
    assert held() <= before + 1  # However many packs there are.
    del facts
    gc.collect()
    assert held() == before


def test_a_log_with_many_nodes_stays_out_of_memory() -> None:
    """Of a node that is as long as a page no more than a name is kept."""

    def peak(nodes: int) -> int:
        rows = (logs.a_node_event(f"Node{n}", display_name="x" * 2000) for n in range(nodes))
        tracemalloc.start()
        facts = gather(event for part in ([logs.a_pack_event()], rows) for event in part)
        used = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert len(facts.packs["tones"].nodes) == nodes
        return used

    def least(nodes: int) -> int:
        """Of several runs: now and then the interpreter's own table of names grows in one."""
        return min(peak(nodes) for _ in range(3))

    assert least(4000) - least(2000) < 2000 * 100
