"""``studio-conformance cache`` lists and removes environments of packs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from reference_runtime.environments.locks import Lock
from reference_runtime.environments.store import MARKER, Store
from studio_conformance.cli import main
from studio_conformance.cli_cache import told_size


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("STUDIO_CONFORMANCE_CACHE", str(tmp_path))
    return Store()


def put(store: Store, key: str, *, wanted: str = "tool", size: int = 1000, day: float = 0) -> None:
    """An environment as its builder leaves it."""
    built = store.begin(key) / "environment"
    built.mkdir()
    (built / "data").write_bytes(b"x" * size)
    plan = {"wanted": [wanted], "python": {"version": "3.10.1"}, "lent": [["torch", "2.4", "/x"]]}
    store.finish(key, built, {"plan": plan, "installed": {wanted: "1.0"}})
    os.utime(store.environments / key / MARKER, (day * 86400, day * 86400))


def test_an_empty_cache_says_so(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cache", "list"]) == 0
    assert capsys.readouterr().out == f"0 environments, 0 B, in {store.root}\n"


def test_the_list_tells_what_each_is_for(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    put(store, "a" * 40)
    assert main(["cache", "list"]) == 0
    line, total = capsys.readouterr().out.splitlines()
    assert line.startswith("aaaaaaaaaaaa")
    assert line.endswith("python 3.10.1  tool")
    assert total.startswith("1 environment, 1.0 kB")


def test_the_list_as_data(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    put(store, "a" * 40)
    main(["cache", "list", "--format", "json"])
    (entry,) = json.loads(capsys.readouterr().out)
    assert entry["installed"] == {"tool": "1.0"}
    assert entry["lent"] == {"torch": "2.4"}
    assert entry["bytes"] == 1000


def test_pruning_by_size_takes_the_longest_unused(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    for day, key in enumerate("abc"):
        put(store, key * 40, size=2048, day=day)
    assert main(["cache", "prune", "--days", "99999", "--size", "5K"]) == 0
    assert [entry.key[0] for entry in store.entries()] == ["b", "c"]
    assert "1 environment removed, 2.0 kB; 2 environments left" in capsys.readouterr().out


def test_pruning_by_age(store: Store) -> None:
    put(store, "a" * 40)
    assert main(["cache", "prune"]) == 0
    assert store.entries() == []


def test_clearing_leaves_what_is_in_use(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    put(store, "a" * 40)
    put(store, "b" * 40)
    with Lock(store.lock_file("b" * 40)) as lock:
        lock.share()
        assert main(["cache", "clear"]) == 0
    assert [entry.key[0] for entry in store.entries()] == ["b"]
    assert "in use, stays: bbbbbbbbbbbb" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [["--size", "much"], ["--days", "-1"], ["--days", "soon"]])
def test_wrong_values_are_wrong_usage(store: Store, wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["cache", "prune", *wrong])
    assert caught.value.code == 4


@pytest.mark.parametrize(
    ("size", "told"), [(0, "0 B"), (999, "999 B"), (78_016_302, "78.0 MB"), (2e12, "2000.0 GB")]
)
def test_sizes_are_told_in_a_unit_that_fits(size: float, told: str) -> None:
    assert told_size(size) == told
