"""Signs of life on long runs: a changing line on a terminal, now and then a line in a CI log."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator
from functools import cached_property
from typing import Any

import pytest

from studio_conformance.items import FamilyItem
from studio_conformance.pack_run import Progress
from studio_conformance.planning import RUNNING
from studio_conformance.session import Session

LINE_EVERY = 20.0
"""Seconds between two lines where no line can change."""
REDRAW_EVERY = 0.2
CLEAR_BELOW = "\x1b[J"
CLEAR_LINE = "\x1b[2K"
UP = "\x1b[A"

Clock = Callable[[], float]


def tells_progress(config: pytest.Config) -> bool:
    """Whether somebody reads along: not with -q, and not in a worker of xdist."""
    return config.get_verbosity() >= 0 and not hasattr(config, "workerinput")


def loading_teller(config: pytest.Config, clock: Clock = time.monotonic) -> Progress | None:
    """Tells that a pack loads: one changing line on a terminal; else a line per pack with -v, and
    one every LINE_EVERY seconds while it lasts."""
    reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not tells_progress(config):
        return None
    begun = clock()
    told: set[str] = set()
    last = begun

    def tell(label: str, text: str) -> None:
        nonlocal last
        line = f"loading {label}: {text}"
        if reporter.isatty:
            reporter.rewrite(line[: reporter._tw.fullwidth - 1], erase=True)
        elif config.get_verbosity() > 0 and label not in told:
            reporter.write_line(f"loading {label}")
        elif clock() - last >= LINE_EVERY:
            reporter.write_line(f"[{clock() - begun:.0f} s] {line}")
            last = clock()
        told.add(label)

    return tell


class RunProgress:
    """How far judging is, after each item that has ended."""

    def __init__(
        self, config: pytest.Config, session: Session, clock: Clock = time.monotonic
    ) -> None:
        self.config = config
        self.session = session
        self.clock = clock
        self.begun = self.last = clock()
        self.total = 0
        self.done = 0
        self.failed = 0
        self.drawn = False

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.total = sum(isinstance(item, FamilyItem) for item in session.items)
        self.begun = self.last = self.clock()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logstart(self, nodeid: str) -> Generator[None, object, object]:
        self._erase()
        result = yield
        slow = nodeid.rpartition("::")[2] in RUNNING
        if self._can_redraw and (slow or self.clock() - self.last >= REDRAW_EVERY):
            self._draw(self.text(f"running {nodeid}"))
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_logreport(
        self, report: pytest.TestReport
    ) -> Generator[None, object, object]:
        """Take our line away while pytest writes its own."""
        self._erase()
        result = yield
        if report.when == "call":
            self.done += 1
            self.failed += report.failed
            if not self._can_redraw and self.clock() - self.last >= LINE_EVERY:
                self._write_line(self.text(f"done {report.nodeid}"))
        return result

    def pytest_sessionfinish(self) -> None:
        self._erase()

    @property
    def _reporter(self) -> Any:
        return self.config.pluginmanager.get_plugin("terminalreporter")

    @cached_property
    def _can_redraw(self) -> bool:
        """On a terminal where only pytest writes, and not a line for each item anyway."""
        alone = self.config.getoption("capture") != "no" and self.config.get_verbosity() == 0
        return alone and self._reporter is not None and bool(self._reporter.isatty)

    def _write_line(self, text: str) -> None:
        if self._reporter is not None:
            self._reporter.ensure_newline()
            self._reporter.write_line(text)
            self.last = self.clock()

    def text(self, now: str) -> str:
        """Seconds, how far, what went wrong so far, and what is going on."""
        total = self.total or sum(len(run.units) for run in self.session.packs)
        failed = f", {self.failed} with findings" if self.failed else ""
        seconds = self.clock() - self.begun
        shown = now if len(now) <= 80 else f"{now[:79]}…"
        return f"[{seconds:.0f} s] {self.done} of {total} items{failed}; {shown}"

    def _draw(self, text: str) -> None:
        """A line below the one pytest writes on, then back to where it was."""
        writer = self._reporter._tw
        column = writer.width_of_current_line + 1
        line = text[: writer.fullwidth - 1]
        self._raw(f"\n{CLEAR_LINE}{line}{UP}\x1b[{column}G")
        self.drawn, self.last = True, self.clock()

    def _erase(self) -> None:
        if self.drawn:
            self._raw(CLEAR_BELOW)
            self.drawn = False

    def _raw(self, text: str) -> None:
        """Past pytest's writer, which counts what it writes to know its column."""
        stream = self._reporter._tw._file
        stream.write(text)
        stream.flush()
