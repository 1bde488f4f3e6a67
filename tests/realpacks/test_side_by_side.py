"""Packs that can't share an environment in one graph: numpy 1.26 on Python 3.10, numpy 2 on ours.

The environments come from a package index; a machine without Python 3.10 skips.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.environments.building import Environment, environment_for
from reference_runtime.environments.errors import MachineLacks
from reference_runtime.environments.store import Store

pytest.importorskip("aiohttp")
pytest.importorskip("yaml")
pytestmark = pytest.mark.network
PACKS = Path(__file__).parents[2] / "packs_under_test" / "side_by_side"
HERE = f"python {sys.version_info[0]}.{sys.version_info[1]}"


@pytest.fixture(scope="module")
def environments(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Environment]]:
    store, made = Store(tmp_path_factory.mktemp("cache")), {}
    try:
        for name in ("old_numpy", "new_numpy"):
            made[name] = environment_for(PACKS / name, store)
        yield made
    except MachineLacks as lacking:
        pytest.skip(str(lacking))
    finally:
        for environment in made.values():
            environment.close()


def test_each_environment_has_its_own_numpy(environments: dict[str, Environment]) -> None:
    assert environments["old_numpy"].installed["numpy"] == "1.26.4"
    assert environments["new_numpy"].installed["numpy"].startswith("2.")
    pythons = {name: _version(made.python) for name, made in environments.items()}
    assert pythons == {"old_numpy": "3.10", "new_numpy": HERE.removeprefix("python ")}


def _version(python: str) -> str:
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    done = subprocess.run([python, "-I", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_arrays_pass_between_them_in_one_graph(
    environments: dict[str, Environment], tmp_path: Path
) -> None:
    """Through the server, which takes the same environments from the cache."""
    root = environments["old_numpy"].entry.path.parents[1]
    command = [sys.executable, "-m", "reference_runtime.server", "--port", "0"]
    command += ["--isolation", "venv", "--base-directory", str(tmp_path)]
    command += [f"--pack={PACKS / name}" for name in environments]
    variables = os.environ | {"STUDIO_CONFORMANCE_CACHE": str(root)}
    prompt = {}
    for maker, user in (("Old", "New"), ("New", "Old")):
        prompt[maker] = _node(f"Studio{maker}Array", size=64)
        links = {"array": [maker, 0], "made_by": [maker, 1]}
        prompt[maker + user] = _node(f"Studio{user}Sum", **links)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=variables) as process:
        try:
            assert process.stdout is not None
            outputs = _outputs(process.stdout.readline().split()[-1], prompt)
        finally:
            process.terminate()
            process.wait(30)
    old, new = "numpy 1.26.4 python 3.10", f"numpy {environments['new_numpy'].installed['numpy']}"
    for name, made_by, read_by in (("OldNew", old, new), ("NewOld", new, old)):
        assert outputs[name]["sum"] == [float(sum(range(64 * 64)))]
        assert outputs[name]["dtype"] == ["float32"]
        assert outputs[name]["made_by"][0].startswith(made_by)
        assert outputs[name]["read_by"][0].startswith(read_by)


def _node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def _outputs(address: str, prompt: dict[str, Any]) -> dict[str, Any]:
    prompt_id = _ask(f"{address}/prompt", {"prompt": prompt})["prompt_id"]
    until = time.monotonic() + 120
    while time.monotonic() < until:
        entry = _ask(f"{address}/history/{prompt_id}").get(prompt_id)
        if entry is not None:
            assert entry["status"]["status_str"] == "success", entry["status"]
            outputs: dict[str, Any] = entry["outputs"]
            return outputs
        time.sleep(0.05)
    raise AssertionError("the prompt did not end")


def _ask(url: str, data: Any = None) -> Any:
    body = None if data is None else json.dumps(data).encode()
    with urllib.request.urlopen(url, data=body, timeout=60) as reply:
        return json.loads(reply.read())
