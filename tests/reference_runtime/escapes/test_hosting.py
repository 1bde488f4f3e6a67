"""The host's functions for names refuse what leads out, while they are guarded."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reference_runtime.escapes.hosting import guarded_host
from reference_runtime.host.standins import folder_paths as stand_in


@pytest.fixture
def paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("input", "output", "elsewhere"):
        (tmp_path / name).mkdir()
    (tmp_path / "output" / "ln").symlink_to(tmp_path / "elsewhere")
    monkeypatch.setattr(stand_in, "input_directory", str(tmp_path / "input"))
    monkeypatch.setattr(stand_in, "output_directory", str(tmp_path / "output"))
    monkeypatch.setitem(sys.modules, "folder_paths", stand_in)
    return stand_in


def test_names_that_lead_out_are_refused(paths: Any) -> None:
    with guarded_host():
        with pytest.raises(ValueError, match="leads out"):
            paths.get_annotated_filepath("../elsewhere/x.png")
        with pytest.raises(ValueError, match="leads out"):
            paths.get_save_image_path("ln/x", paths.get_output_directory())
        assert paths.exists_annotated_filepath("../elsewhere") is False
        assert paths.get_annotated_filepath("x.png [output]").endswith("output/x.png")
        assert paths.get_save_image_path("sub/x", paths.get_output_directory())[1] == "x"


def test_afterwards_they_are_as_before(paths: Any) -> None:
    before = paths.get_annotated_filepath
    with guarded_host():
        assert paths.get_annotated_filepath is not before
    assert paths.get_annotated_filepath is before
