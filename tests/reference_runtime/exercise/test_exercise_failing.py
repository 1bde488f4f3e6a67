"""Failures of nodes sorted: rejections, slips, and what is nobody's fault."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.exercise.failing import case_failure
from reference_runtime.loading.place import Place

SOURCE = """
import json
import subprocess
from reference_runtime.host.missing import needs_host

class Odd(Exception):
    pass

def value_error(): raise ValueError("width must be even")
def asserted(): assert 1 > 2, "one is not more than two"
def bare_assert(): assert 1 > 2
def runtime_error(): raise RuntimeError("no mask was given")
def own_type_error(): raise TypeError("image must be a tensor")
def odd(): raise Odd("not like this")
def without_message(): raise ValueError
def key(): return {}["x"]
def attribute(): return None.shape
def index(): return [][0]
def unbound():
    if False:
        x = 1
    return x
def zero(): return 1 / 0
def called(): return len(3)
def converted(): return int("x")
def library(): return json.loads("{")
def missing_file(): return open("/nowhere/at/all")
def missing_module(): import no_such_module
def host(): needs_host("comfy.samplers.KSampler")
def wrapped():
    try:
        import no_such_module
    except ImportError as error:
        raise RuntimeError("please install it") from error
def memory(): raise MemoryError
def no_program(): return subprocess.run([None, "-version"])
def cuda(): raise AssertionError("Torch not compiled with CUDA enabled")
"""


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("packs") / "mypack"
    folder.mkdir()
    (folder / "__init__.py").write_text(SOURCE)
    spec = importlib.util.spec_from_file_location("a_pack_that_fails", folder / "__init__.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def failure(pack: Any, name: str, **options: Any) -> Any:
    folder = Path(pack.__file__).parent
    function: Callable[[], Any] = getattr(pack, name)
    try:
        function()
    except BaseException as error:
        return case_failure(error, Place(folder, folder), "execute", **options)
    raise AssertionError(f"{name} did not raise")


@pytest.mark.parametrize(
    ("name", "rejection", "own"),
    [
        ("value_error", "clear", True),
        ("asserted", "clear", True),
        ("runtime_error", "clear", True),
        ("own_type_error", "clear", True),
        ("odd", "clear", True),
        ("bare_assert", "other", True),
        ("without_message", "other", True),
        ("key", "programming", False),
        ("attribute", "programming", False),
        ("index", "programming", False),
        ("unbound", "programming", False),
        ("zero", "programming", False),
        ("called", "programming", False),
        ("converted", "other", False),
        ("library", "other", False),
        ("missing_file", "environment", False),
        ("missing_module", "environment", False),
        ("host", "environment", False),
        ("wrapped", "environment", True),
        ("memory", "environment", True),
        ("cuda", "environment", True),
        ("no_program", "environment", False),
    ],
)
def test_failures_are_sorted(pack: Any, name: str, rejection: str, own: bool) -> None:
    found = failure(pack, name)
    assert (found["rejection"], found["own"]) == (rejection, own)


def test_what_the_confinement_refused_is_nobodys_fault(pack: Any) -> None:
    assert failure(pack, "key", refused=True)["rejection"] == "environment"


def test_the_traceback_begins_in_the_pack(pack: Any) -> None:
    found = failure(pack, "key")
    assert found["file"] == pack.__file__
    assert found["traceback"].splitlines()[1].strip().startswith(f'File "{pack.__file__}"')
