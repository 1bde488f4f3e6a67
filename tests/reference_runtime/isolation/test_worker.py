"""A worker before and around the pack: what it has loaded, its environment, its descriptors."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tiny_packs import V1_PACK, inspect_source, kinds

from reference_runtime.isolation import confining
from reference_runtime.isolation.process import WorkerProcess, describe_status
from reference_runtime.isolation.rpc import MAX_FRAME, PROTOCOL, RemoteError
from reference_runtime.isolation.scratch import TOKEN, Scratch
from reference_runtime.runtime import EnvironmentBroken, PackSpec, inspect_pack
from reference_runtime.sandbox.policy import SandboxPolicy


@pytest.fixture
def scratch() -> Iterator[Scratch]:
    with Scratch() as made:
        yield made


@pytest.fixture
def worker(scratch: Scratch) -> Iterator[WorkerProcess]:
    with WorkerProcess(sys.executable, scratch.work) as started:
        yield started


def a_policy(scratch: Scratch) -> SandboxPolicy:
    write = [scratch.work]
    return confining.worker_policy(confining.DEFAULT, scratch.host, sys.executable, write)


def hello(worker: WorkerProcess, scratch: Scratch, **changed: Any) -> Any:
    params = {
        "protocol": PROTOCOL,
        **confining.hello(confining.DEFAULT, a_policy(scratch), scratch),
        **changed,
    }
    return worker.call("hello", params, 30, "hello")


def test_hello_states_what_is_there(worker: WorkerProcess, scratch: Scratch) -> None:
    told = hello(worker, scratch)
    assert told["protocol"] == PROTOCOL
    assert told["pid"] == worker.pid
    assert told["python"] == ".".join(map(str, sys.version_info[:3]))
    assert told["limits"] == {"max_frame": MAX_FRAME}
    assert told["sandbox"]["line"].startswith(("landlock abi ", "not enforced: "))


def test_at_hello_only_the_standard_library_is_loaded(
    worker: WorkerProcess, scratch: Scratch
) -> None:
    assert hello(worker, scratch)["modules"] == ["reference_runtime"]


def test_another_protocol_is_refused(worker: WorkerProcess, scratch: Scratch) -> None:
    with pytest.raises(RemoteError, match="protocol 99"):
        hello(worker, scratch, protocol=99)


@pytest.mark.parametrize("method", ["serve", "_close", "__init__", "eval"])
def test_only_the_table_can_be_called(worker: WorkerProcess, method: str) -> None:
    with pytest.raises(RemoteError, match="no method"):
        worker.call(method, {}, 30, method)


def test_what_is_ready_before_the_pack_is_light(worker: WorkerProcess, scratch: Scratch) -> None:
    """The node API and the stand-ins must not pull in torch, numpy or asyncio by themselves."""
    hello(worker, scratch)
    path = scratch.host / "pack"
    path.mkdir()
    (path / "__init__.py").write_text(
        "import sys\n"
        f"{V1_PACK}\n"
        "Invert.DESCRIPTION = ' '.join(m for m in ('torch', 'numpy', 'async' 'io', 'PIL') "
        "if m in sys.modules)\n"
    )
    params = {"path": str(path), "original": str(path), "level": "studio-0.3.71"}
    params |= {"mode": "faithful", "host": str(scratch.host), "work": str(scratch.work)}
    worker.call("prepare", {**params, "web": None}, 30, "prepare")
    worker.call("load", {}, 30, "load")
    node = worker.call("describe", {"index": 0}, 30, "describe")["node"]
    assert node["attributes"]["DESCRIPTION"]["value"] == ""


REPORT = """
import json, os, resource, sys
import comfy_api.latest
def can(name):
    try: __import__(name)
    except ImportError: return False
    return True
Invert.DESCRIPTION = json.dumps({
    "argv": sys.argv, "main": sys.modules["__main__"].__file__, "cwd": os.getcwd(),
    "path": sys.path, "environment": dict(os.environ), "cmdline": sys.flags.dont_write_bytecode,
    "ours": [can(n) for n in ("rpc", "bootstrap", "worker", "conftest", "studio_conformance_x")],
    "oom": open("/proc/self/oom_score_adj").read().strip(), "core": resource.getrlimit(4),
    "stdin": sys.stdin.read(), "fds": sorted(os.listdir("/proc/self/fd")),
})
"""


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a pack sees of its process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_TOKEN", "secret")
        patch.setenv("PYTHONPATH", "/some/where")
        patch.setenv("CUDA_VISIBLE_DEVICES", "")
        found = inspect_source(tmp_path_factory.mktemp("pack"), V1_PACK + REPORT)
    assert kinds(found) == []
    (node,) = found.description["nodes"]
    told: dict[str, Any] = json.loads(node["attributes"]["DESCRIPTION"]["value"])
    return told


def test_the_process_looks_like_the_hosts(report: dict[str, Any]) -> None:
    assert report["argv"] == ["<host>/main.py"]
    assert report["main"] == "<host>/main.py"
    assert report["cwd"] == "<host>"
    assert report["stdin"] == ""


def test_nothing_of_ours_leaks_into_imports(report: dict[str, Any]) -> None:
    root = str(Path(__file__).parents[3])
    assert not [entry for entry in report["path"] if entry.startswith(root + "/reference_runtime")]
    assert root not in report["path"] or root in sys.path[1:]
    assert "/some/where" not in report["path"]
    assert report["ours"] == [False] * 5


def test_the_environment_is_an_allow_list(report: dict[str, Any]) -> None:
    environment = report["environment"]
    assert "HF_TOKEN" not in environment
    assert "PYTHONPATH" not in environment
    assert environment["CUDA_VISIBLE_DEVICES"] == ""
    assert environment["HF_HUB_OFFLINE"] == "1"
    assert environment["PATH"] == os.environ["PATH"]
    for name in ("HOME", "TMPDIR", "XDG_CACHE_HOME", "MPLCONFIGDIR", "NUMBA_CACHE_DIR"):
        assert environment[name].startswith("<scratch>/")
    assert len(environment[TOKEN]) == 32


@pytest.mark.skipif(sys.platform != "linux", reason="these limits are Linux's")
def test_a_worker_goes_first_and_leaves_no_core_file(report: dict[str, Any]) -> None:
    assert report["oom"] == "1000"
    assert report["core"] == [0, 0]


def test_no_descriptor_of_the_host_is_inherited(report: dict[str, Any]) -> None:
    # 0 to 2, the two private ends of the channel, and the listing's own.
    assert len(report["fds"]) <= 6


def test_an_interpreter_that_is_none_breaks_the_environment(tmp_path: Path) -> None:
    (tmp_path / "pack.py").write_text(V1_PACK)
    for python, said in (("/no/such/python", "can't be started"), ("/bin/false", "status 1")):
        with pytest.raises(EnvironmentBroken, match=said):
            inspect_pack(PackSpec(tmp_path / "pack.py", "studio-0.3.71", python=python))


def test_a_path_that_does_not_exist_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inspect_pack(PackSpec(tmp_path / "nothing", "studio-0.3.71"))


def test_progress_names_each_step(tmp_path: Path) -> None:
    folder = tmp_path / "mypack"
    folder.mkdir()
    (folder / "__init__.py").write_text(V1_PACK)
    said: list[str] = []
    inspect_pack(PackSpec(folder, "studio-0.3.71"), on_progress=said.append)
    assert said == ["import", "describe Invert"]


@pytest.mark.parametrize(
    ("status", "words"),
    [(0, "exited with status 0"), (-9, "killed by SIGKILL"), (-99, "killed by signal 99")],
)
def test_an_ending_in_words(status: int, words: str) -> None:
    assert describe_status(status) == words
