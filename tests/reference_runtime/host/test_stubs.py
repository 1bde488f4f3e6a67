"""Stubs carry a pack through its import, and raise when they are run."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from reference_runtime.host.missing import HostFeatureMissing
from reference_runtime.host.stubs import kind_of, make_stub, model_code
from reference_runtime.touches import LOG


@pytest.fixture
def stub() -> Iterator[Any]:
    before = LOG.phase
    LOG.phase = "import"
    yield make_stub("comfy.far.Thing", "unknown")
    LOG.phase = before


def test_it_decorates_with_and_without_arguments(stub: Any) -> None:
    def function() -> int:
        return 1

    assert stub(function) is function
    assert stub.register("name", order=2)(function) is function


def test_it_is_an_empty_container(stub: Any) -> None:
    assert (list(stub), len(stub), "x" in stub, bool(stub)) == ([], 0, False, True)
    stub["key"] = "value"


def test_it_serves_as_annotation(stub: Any) -> None:
    assert (stub | None) is not None
    assert stub["int"] is not None
    assert not isinstance(1, stub)


def test_its_names_are_stubs_and_stay_the_same(stub: Any) -> None:
    assert stub.Part.inner is stub.Part.inner
    assert kind_of(stub.Part) == "unknown"
    LOG.phase = "schema"
    with pytest.raises(HostFeatureMissing, match=r"comfy\.far\.Thing\.Part needs a real host"):
        stub.Part()


def test_a_class_derived_from_it_is_an_ordinary_class(stub: Any) -> None:
    class Mine(stub):  # type: ignore[misc]
        value = 3

        def method(self) -> int:
            return self.value

    assert Mine().method() == 3
    assert not hasattr(Mine, "VALIDATE_INPUTS")
    assert kind_of(Mine) == "host"
    with pytest.raises(HostFeatureMissing, match=r"Thing\.INPUT_TYPES"):
        Mine.INPUT_TYPES()
    LOG.phase = "run"
    with pytest.raises(HostFeatureMissing):
        Mine()


def test_it_mixes_with_abstract_bases(stub: Any) -> None:
    from abc import ABC, abstractmethod

    class Mine(stub, ABC):  # type: ignore[misc]
        @abstractmethod
        def run(self) -> None: ...

    with pytest.raises(TypeError, match="abstract"):
        Mine()


def test_a_marked_class_is_model_code_and_its_heirs_are_not() -> None:
    @model_code
    class Marked:
        pass

    class Heir(Marked):
        pass

    assert (kind_of(Marked), kind_of(Heir)) == ("stand-in", "host")


LIGHT = """
import importlib, sys
for name in {blocked!r}:
    sys.modules[name] = None
from reference_runtime.host.names import TABLE
for module in TABLE.values():
    importlib.import_module(module)
print("loaded", len(TABLE), sorted({blocked!r} & {{n for n, m in sys.modules.items() if m}}))
"""


def test_every_stand_in_imports_without_torch_and_its_like() -> None:
    blocked = {"torch", "numpy", "PIL", "aiohttp", "scipy", "safetensors"}
    code = LIGHT.format(blocked=blocked)
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout.startswith("loaded"), run.stderr
    assert run.stdout.endswith(" []\n")


def test_torch_is_left_alone_until_layers_are_wanted() -> None:
    code = (
        "import sys, reference_runtime.host.names as names, importlib\n"
        "heavy = {'comfy.ops', 'comfy.model_sampling'}\n"
        "for name in set(names.TABLE) - heavy:\n"
        "    importlib.import_module(names.TABLE[name])\n"
        "print([name for name in ('torch', 'numpy', 'aiohttp') if name in sys.modules])\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stdout == "[]\n", run.stderr
