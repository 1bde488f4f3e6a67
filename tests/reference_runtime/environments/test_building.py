"""An environment is built once, whole or not at all, and reused without asking an index."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from wheels import MakePack, make_wheel

from reference_runtime.environments.building import Environment, environment_for
from reference_runtime.environments.errors import CannotBuild, MachineLacks, Unsolvable
from reference_runtime.environments.plan import plan_for
from reference_runtime.environments.store import MARKER, Store

ROOT = Path(__file__).parents[3]
BUILD = """
import sys
from pathlib import Path
from reference_runtime.environments.building import environment_for
with environment_for(Path(sys.argv[1])) as made:
    print(made.built, made.entry.key)
"""


def run(environment: Environment, code: str) -> str:
    done = subprocess.run(
        [environment.python, "-I", "-c", code], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def begin_building(pack: Path, **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BUILD, str(pack)],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | variables,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_what_the_pack_needs_is_there_and_nothing_else(store: Store, make_pack: MakePack) -> None:
    with environment_for(make_pack("dish")) as made:
        assert made.built
        assert made.installed == {"dish": "1.0", "tool": "1.0"}
        assert run(made, "import tool; print(tool.VERSION)") == "1.0"
        found = run(made, "import importlib.util as u; print(u.find_spec('pytest'))")
        assert found == "None"


def test_the_second_time_it_comes_from_the_cache_without_any_index(
    store: Store, wheels: Path, make_pack: MakePack
) -> None:
    with environment_for(make_pack("tool")) as first:
        pass
    for wheel in wheels.iterdir():
        wheel.unlink()
    with environment_for(make_pack("tool", name="another")) as second:
        assert not second.built
        assert second.entry.path == first.entry.path


def test_an_environment_without_requirements_is_one_too(store: Store, make_pack: MakePack) -> None:
    with environment_for(make_pack()) as made:
        assert made.installed == {}


@pytest.mark.parametrize(
    ("variable", "value"),
    [("UV_EXTRA_INDEX_URL", "https://example.org/simple"), ("UV_RESOLUTION", "lowest"),
     ("UV_CONSTRAINT", "more.txt"), ("STUDIO_CONFORMANCE_ALLOW_BUILDS", "1")],
)  # fmt: skip
def test_settings_that_decide_are_part_of_the_key(
    store: Store,
    make_pack: MakePack,
    monkeypatch: pytest.MonkeyPatch,
    variable: str,
    value: str,
) -> None:
    pack = make_pack("tool")
    before = plan_for(pack).key
    monkeypatch.setenv("UV_CONCURRENT_DOWNLOADS", "3")
    monkeypatch.setenv("UV_OFFLINE", "1")
    assert plan_for(pack).key == before
    monkeypatch.setenv(variable, value)
    assert plan_for(pack).key != before


def test_requirements_constraints_torch_and_python_are_part_of_the_key(
    store: Store, make_pack: MakePack
) -> None:
    keys = [plan_for(make_pack("tool")).key]
    keys.append(plan_for(make_pack("tool<2")).key)
    (make_pack("tool", "-c limits.txt") / "limits.txt").write_text("tool<2\n")
    keys.append(plan_for(make_pack("tool", "-c limits.txt")).key)
    keys.append(plan_for(make_pack("tool", "--pre")).key)
    pytest.importorskip("torch")
    keys.append(plan_for(make_pack("tool", manifest="share_torch: true\n")).key)
    assert len(set(keys)) == 5


def test_the_order_of_lines_is_not_part_of_the_key(store: Store, make_pack: MakePack) -> None:
    one = plan_for(make_pack("dish", "tool")).key
    assert plan_for(make_pack("tool", "# and", "dish")).key == one


def test_settings_are_kept_as_digests(
    store: Store, make_pack: MakePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    links = os.environ["UV_FIND_LINKS"]
    monkeypatch.setenv("UV_FIND_LINKS", f"{links}/../hunter2/../wheels")
    (Path(links).parent / "hunter2").mkdir()
    with environment_for(make_pack("tool")) as made:
        assert "hunter2" not in (made.entry.path / MARKER).read_text()


def test_the_solver_explains_why_there_is_none(store: Store, make_pack: MakePack) -> None:
    with pytest.raises(Unsolvable, match=r"dish depend on tool<2") as caught:
        environment_for(make_pack("dish", "tool>=2"))
    assert "unsatisfiable" in caught.value.explanation
    assert store.entries() == []
    assert list(store.building.iterdir()) == []


def test_an_index_out_of_reach_is_the_machines_fault(
    store: Store, make_pack: MakePack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(MachineLacks, match="could not reach"):
        environment_for(make_pack("absent"))


def test_sources_are_not_built(store: Store, wheels: Path, make_pack: MakePack) -> None:
    (wheels / "source-1.0.tar.gz").write_bytes(b"")
    with pytest.raises(CannotBuild, match="no usable wheels"):
        environment_for(make_pack("source"))


def test_what_is_on_the_disk_is_not_installed(store: Store, make_pack: MakePack) -> None:
    with pytest.raises(CannotBuild, match=r"requirements.txt:1: '-e .' is an editable install"):
        environment_for(make_pack("-e ."))


def test_two_processes_at_once_build_it_once(store: Store, make_pack: MakePack) -> None:
    pack = make_pack("dish")
    builders = [begin_building(pack), begin_building(pack)]
    said = [builder.communicate(timeout=120)[0].split() for builder in builders]
    assert sorted(built for built, _ in said) == ["False", "True"]
    assert said[0][1] == said[1][1]


def test_a_builder_that_is_killed_leaves_nothing_that_is_reused(
    store: Store, wheels: Path, make_pack: MakePack, tmp_path: Path
) -> None:
    """A uv that hangs while it installs; then its builder is killed."""
    slow = tmp_path / "uv"
    real = plan_for(make_pack("tool")).uv.path
    slow.write_text(
        f'#!/bin/sh\n[ "$1" = pip ] && touch {tmp_path}/hangs && sleep 2\nexec {real} "$@"\n'
    )
    slow.chmod(0o755)
    pack = make_pack("tool")
    builder = begin_building(pack, UV=str(slow))
    wait_for(tmp_path / "hangs")
    (half,) = store.building.iterdir()
    assert (half / "environment" / "pyvenv.cfg").is_file()
    builder.send_signal(signal.SIGKILL)
    builder.communicate()
    assert store.entries() == []
    with environment_for(pack) as made:
        assert made.built
        assert run(made, "import tool; print(tool.VERSION)") == "2.0"
    assert list(store.building.iterdir()) == []


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < deadline, f"{path} did not come"
        time.sleep(0.01)


def test_a_folder_without_a_marker_is_built_anew(store: Store, make_pack: MakePack) -> None:
    pack = make_pack("tool")
    place = store.environments / plan_for(pack).key
    (place / "bin").mkdir(parents=True)
    (place / "bin" / "python").write_text("half")
    with environment_for(pack) as made:
        assert made.built
        assert run(made, "import tool; print(tool.VERSION)") == "2.0"


def test_what_is_in_use_is_not_removed(store: Store, make_pack: MakePack) -> None:
    with environment_for(make_pack("tool")) as made:
        assert store.prune(days=-1) == []
        assert not store.remove(made.entry.key)
        assert run(made, "print(1)") == "1"
    assert [entry.key for entry in store.prune(days=-1)] == [made.entry.key]
    assert store.entries() == []


def test_pruning_goes_by_age_and_then_by_size(store: Store, make_pack: MakePack) -> None:
    keys = []
    for number, lines in enumerate([["tool<2"], ["tool>=2"], ["dish"]]):
        with environment_for(make_pack(*lines)) as made:
            keys.append(made.entry.key)
        os.utime(made.entry.path / MARKER, (number * 86400.0, number * 86400.0))
    sizes = [entry.bytes for entry in store.entries()]
    assert all(size > 1000 for size in sizes)
    removed = store.prune(days=1.5, now=2 * 86400.0)
    assert [entry.key for entry in removed] == keys[:1]
    removed = store.prune(days=99, most_bytes=sizes[2], now=2 * 86400.0)
    assert [entry.key for entry in removed] == keys[1:2]
    assert [entry.key for entry in store.entries()] == keys[2:]


def test_other_dependencies_leave_nothing_of_the_old_ones(
    store: Store, make_pack: MakePack
) -> None:
    with environment_for(make_pack("dish")) as made:
        assert set(made.installed) == {"dish", "tool"}
    with environment_for(make_pack("tool")) as made:
        assert made.installed == {"tool": "2.0"}


class TestTorchIsLent:
    """Torch comes from the host, what the pack brings itself comes first."""

    lent = "share_torch: true\n"

    @pytest.fixture(autouse=True)
    def torch(self) -> None:
        pytest.importorskip("torch")

    def test_the_hosts_torch_and_the_packs_own_numpy(
        self, store: Store, wheels: Path, make_pack: MakePack
    ) -> None:
        make_wheel(wheels, "numpy", "1.0")
        with environment_for(make_pack("numpy", manifest=self.lent)) as made:
            where = run(made, "import importlib.util as u; print(u.find_spec('torch').origin)")
            assert where.startswith(str(made.entry.path / "lent"))
            assert Path(where).resolve().is_file()
            assert run(made, "import numpy; print(numpy.VERSION)") == "1.0"
            assert "torch" in made.lent
            assert "torch" not in made.installed

    def test_what_needs_torch_does_not_bring_one(
        self, store: Store, wheels: Path, make_pack: MakePack
    ) -> None:
        make_wheel(wheels, "metrics", "1.0", ["torch>=1.0"])
        with environment_for(make_pack("metrics", manifest=self.lent)) as made:
            assert made.installed == {"metrics": "1.0"}

    def test_only_the_torch_family_is_lent(self, store: Store, make_pack: MakePack) -> None:
        with environment_for(make_pack(manifest=self.lent)) as made:
            found = run(made, "import importlib.util as u; print(u.find_spec('pytest'))")
            assert found == "None"

    def test_another_torch_than_the_hosts_is_refused(
        self, store: Store, make_pack: MakePack
    ) -> None:
        with pytest.raises(CannotBuild, match=r"requirements.txt:1: the pack needs torch==1.0; "):
            environment_for(make_pack("torch==1.0", manifest=self.lent))

    def test_another_torch_for_a_dependency_is_refused(
        self, store: Store, wheels: Path, make_pack: MakePack
    ) -> None:
        make_wheel(wheels, "metrics", "1.0", ["torch<1"])
        with pytest.raises(CannotBuild, match="metrics, which the pack needs, requires torch<1"):
            environment_for(make_pack("metrics", manifest=self.lent))

    def test_what_torch_needs_binds_the_pack(
        self, store: Store, wheels: Path, make_pack: MakePack
    ) -> None:
        make_wheel(wheels, "sympy", "1.0")
        with pytest.raises(Unsolvable, match="sympy"):
            environment_for(make_pack("sympy==1.0", manifest=self.lent))
