"""The plugin at work: loads the packs, collects and runs their items, writes log and summary.

Under pytest-xdist the controller loads every pack once and hands the descriptions to its workers;
they judge, and their rows travel back inside the test reports.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pytest

from studio_conformance.ending import Ending
from studio_conformance.header import header_lines
from studio_conformance.items import FamilyItem, PackCollector
from studio_conformance.pack_run import PackRun, Progress
from studio_conformance.planning import Unit
from studio_conformance.progress import loading_teller
from studio_conformance.protocol import has_nothing_around, is_heard, is_undisturbed, run_shortly
from studio_conformance.reports.lines import shown
from studio_conformance.session import Session

if TYPE_CHECKING:
    from studio_conformance.certificate.mode import Certifying

WORKER_KEY = "studio_packs"


@contextmanager
def telling_of_baselines() -> Iterator[None]:
    """A baseline that can't be used ends the run as wrong usage."""
    from studio_conformance.release.baseline import BadBaseline

    try:
        yield
    except BadBaseline as error:
        raise pytest.UsageError(str(error)) from None


@contextmanager
def _sparing_the_collector() -> Iterator[None]:
    """A description is 100 000s of objects that stay: don't look for garbage among them."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


class StudioHooks:
    """One run of pytest with packs to judge."""

    def __init__(
        self,
        config: pytest.Config,
        session: Session,
        picked: list[str],
        certifying: Certifying | None = None,
    ) -> None:
        self.config = config
        self.session = session
        self.certifying = certifying
        self.picked = picked
        """Item ids on the command line; empty for all."""
        self.beside_failed = False
        self._ending = Ending(config, session, certifying)
        handed: dict[str, list[str]] | None = getattr(config, "workerinput", {}).get(WORKER_KEY)
        if handed is not None:
            self.picked = handed["picked"]
            for run, text in zip(session.packs, handed["packs"], strict=True):
                run.adopt(text)

    def pytest_report_header(self) -> list[str]:
        return [*map(shown, header_lines(self.session, self.certifying))]

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist: hand a worker the descriptions. The first worker makes the packs load."""
        with telling_of_baselines():
            self.session.load(self._progress())
        packs = [run.export() for run in self.session.packs]
        node.workerinput[WORKER_KEY] = {"packs": packs, "picked": self.picked}

    @pytest.hookimpl(wrapper=True)
    def pytest_make_collect_report(
        self, collector: pytest.Collector
    ) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
        """Put the packs beside whatever else the session collects."""
        report = yield
        if isinstance(collector, pytest.Session) and report.passed:
            with _sparing_the_collector(), telling_of_baselines():
                self.session.load(self._progress())
            self._warn_of_unused()
            report.result = [*report.result, *self._collectors(collector)]
        return report

    def _warn_of_unused(self) -> None:
        """Values for inputs that no node has: a name is probably mistyped."""
        for run in self.session.packs:
            if run.settings.strategies and run.subject is not None:
                from studio_conformance.strategies.given import unused

                for key in unused(run.settings.strategies, run.subject.nodes):
                    text = f"strategies: {run.label} has no io type or input {key!r}; values unused"
                    self.config.issue_config_time_warning(pytest.PytestWarning(text), stacklevel=2)

    def _collectors(self, session: pytest.Session) -> list[PackCollector]:
        return [
            PackCollector.from_parent(
                session, name=run.label, nodeid=run.label, path=run.target.path, run=run
            )
            for run in self.session.packs
        ]

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep the items named on the command line, by their own id or that of what holds them."""
        if not self.picked:
            return
        wanted = [self._is_wanted(item) for item in items]
        config.hook.pytest_deselected(
            items=[i for i, w in zip(items, wanted, strict=True) if not w]
        )
        items[:] = [i for i, w in zip(items, wanted, strict=True) if w]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Tell each pack which of its nodes will be run; under xdist each worker takes its own."""
        if hasattr(self.config, "workerinput"):
            return
        ours = [item for item in session.items if isinstance(item, FamilyItem)]
        for run in self.session.packs:
            run.expect(item.unit for item in ours if item.run is run)
            if not self.config.option.collectonly:
                run.preload()

    def _is_wanted(self, item: pytest.Item) -> bool:
        if not isinstance(item, FamilyItem):
            return True
        return any(f"{item.nodeid}::".startswith(f"{wanted}::") for wanted in self.picked)

    def _progress(self) -> Progress | None:
        return loading_teller(self.config)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(
        self, item: pytest.Item, nextitem: pytest.Item | None
    ) -> bool | None:
        """Run an item of ours the short way, where that makes no difference."""
        if not (has_nothing_around(item, nextitem) and self._undisturbed):
            return None
        run_shortly(item, self._heard)
        if isinstance(item, FamilyItem) and item.run is not getattr(nextitem, "run", None):
            item.run.close()  # Its workers would wait for the end of the whole run.
        return True

    @cached_property
    def _heard(self) -> bool:
        return is_heard(self.config)

    @cached_property
    def _undisturbed(self) -> bool:
        return is_undisturbed(self.config)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        report = yield
        if isinstance(item, FamilyItem) and call.when == "call":
            report.__dict__["studio_rows"] = item.rows  # Travels with the report under xdist.
            report.__dict__["studio_execution"] = item.run.executions.get(item.nodeid)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        place = self._places.get(report.nodeid)
        if place is None:
            self.beside_failed |= report.failed
            return
        run, unit = place
        rows = getattr(report, "studio_rows", None)
        if rows:
            run.results[report.nodeid] = rows
            counts = getattr(report, "studio_execution", None)
            if counts is not None:
                run.executions[report.nodeid] = counts
        elif report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            why = crash.message if crash else report.longreprtext.strip()
            run.results[report.nodeid] = run.break_unit(unit, why.partition("\n")[0])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.beside_failed |= report.failed

    @cached_property
    def _places(self) -> dict[str, tuple[PackRun, Unit]]:
        """Our items by id: what reports are about."""
        return {
            unit.item_id(run.label): (run, unit) for run in self.session.packs for unit in run.units
        }

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        self.session.close()
        if not hasattr(self.config, "workerinput") and not self.config.option.collectonly:
            session.exitstatus = self._ending.finish(exitstatus, self.beside_failed)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        self._ending.summary(terminalreporter)
