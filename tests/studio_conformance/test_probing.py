"""Ways out tried in a run: what settings allow, what no kernel holds back, what ends a worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_packs import write_pack

from reference_runtime.exercise import runner
from studio_conformance.results import Result
from studio_conformance.session import open_pack

PACK = """
import os
import folder_paths

class Copy:
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"source": ("STRING", {"default": ""}),
                             "target": ("STRING", {"default": ""})}}
    RETURN_TYPES = ("STRING",)
    FUNCTION = "run"
    CATEGORY = "tests"
    def run(self, source, target):
        source = os.path.join(folder_paths.get_input_directory(), source)
        if os.path.isfile(source):
            with open(source, "rb") as file:
                file.read()
        target = os.path.join(folder_paths.get_output_directory(), target)
        if not os.path.isdir(target) and os.path.isdir(os.path.dirname(target)):
            with open(target, "wb") as file:
                file.write(b"x")
        return ("",)

class Number:
    @classmethod
    def INPUT_TYPES(cls):
        return {"required": {"value": ("INT", {"default": 1})}}
    RETURN_TYPES = ("INT",)
    FUNCTION = "run"
    CATEGORY = "tests"
    def run(self, value):
        return (value,)

NODE_CLASS_MAPPINGS = {"Copy": Copy, "Number": Number}
"""
READ, WRITE, DELETE = "SANDBOX-001", "SANDBOX-002", "SANDBOX-003"


def _rows(tmp_path: Path, settings: str = "", isolation: str = "process") -> list[Result]:
    table = f"[tool.studio-conformance]\n{settings}"
    folder = write_pack(tmp_path, {"__init__.py": PACK, "pyproject.toml": table})
    overrides = {"select": (READ, WRITE, DELETE), "isolation": isolation}
    run = open_pack(str(folder), overrides, tmp_path)
    try:
        run.load()
        return [row for unit in run.units for row in run.run(unit)]
    finally:
        run.close()


def _outcomes(rows: list[Result], node: str) -> dict[str, tuple[str, str | None]]:
    return {row["code"]: (row["outcome"], row["input"]) for row in rows if row["node"] == node}


def test_each_input_is_blamed_for_its_own(tmp_path: Path) -> None:
    rows = _rows(tmp_path)
    assert _outcomes(rows, "Copy") == {
        READ: ("failed", "source"), WRITE: ("failed", "target"), DELETE: ("passed", None),
    }  # fmt: skip
    assert {outcome for outcome, _ in _outcomes(rows, "Number").values()} == {"not_applicable"}


def test_a_declared_path_moves_the_boundary_for_its_input_alone(tmp_path: Path) -> None:
    found = _outcomes(_rows(tmp_path, 'paths = {"Copy.source" = "read"}'), "Copy")
    assert (found[READ], found[WRITE]) == (("passed", None), ("failed", "target"))


def test_declared_for_reading_is_not_declared_for_writing(tmp_path: Path) -> None:
    found = _outcomes(_rows(tmp_path, 'paths = {"Copy.target" = "read"}'), "Copy")
    assert found[WRITE] == ("failed", "target")


def test_what_is_not_enforced_never_passes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(self: object, request: object) -> object:
        raise runner.ProbeEnded("writes are not refused by the kernel: no payload is tried")

    monkeypatch.setattr(runner.Exerciser, "probe", refused)
    rows = [row for row in _rows(tmp_path) if row["node"] == "Copy"]
    assert {row["outcome"] for row in rows} == {"not_reached"}
    assert all("not refused by the kernel" in row["message"] for row in rows)
