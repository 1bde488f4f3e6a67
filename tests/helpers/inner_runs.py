"""Pytest runs with the plugin inside a test."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest


class InnerRuns:
    """Runs pytest, in this process, in the fresh folder of ``pytester``."""

    def __init__(self, pytester: pytest.Pytester, plugin_args: tuple[str, ...]) -> None:
        self.pytester = pytester
        self.plugin_args = plugin_args

    @property
    def path(self) -> Path:
        return self.pytester.path

    def __call__(self, *args: str) -> pytest.RunResult:
        # Hypothesis's own plugin imports Hypothesis at the end of each inner run, which is slow.
        quick = ("-p", "no:hypothesispytest", *self.plugin_args)
        return self.pytester.runpytest_inprocess(*quick, *args)

    def report(self, folder: str = "out") -> dict[str, Any]:
        report: dict[str, Any] = json.loads((self.path / folder / "report.json").read_text())
        return report


def last_error(result: pytest.RunResult) -> str:
    """The one line that wrong usage is told with."""
    (line,) = [text for text in result.stderr.str().splitlines() if text.strip()]
    return line.removeprefix("ERROR: ")
