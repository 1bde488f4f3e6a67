"""The plugin at work: loads the packs, collects and runs their items, writes log and summary.

Under pytest-xdist the controller loads every pack once and hands the descriptions to its workers;
they judge, and their rows travel back inside the test reports.
"""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from studio_conformance import outcomes
from studio_conformance.checks import WHEN_ASKED
from studio_conformance.events import FILE_NAME, Event, write_events
from studio_conformance.items import FamilyItem, PackCollector
from studio_conformance.kept import NoSuchFinding, journal_file, keep, kept_file, recall
from studio_conformance.log import build_events
from studio_conformance.opening import Opened, given_by
from studio_conformance.options import WrongUsage, overrides
from studio_conformance.progress import RunProgress, loading_teller, tells_progress
from studio_conformance.protocol import has_nothing_around, is_heard, is_undisturbed, run_shortly
from studio_conformance.reports.terminal import render
from studio_conformance.session import (
    RUNNING,
    PackRun,
    Progress,
    Session,
    Unit,
    open_session,
    today,
)

if TYPE_CHECKING:
    from studio_conformance.certificate.mode import Certifying

MARKS: dict[str, dict[str, bool]] = {
    "": {},
    "bad": {"red": True},
    "warn": {"yellow": True},
    "good": {"green": True},
    "title": {"bold": True},
    "dim": {"light": True},
}
WORKER_KEY = "studio_packs"
ENDED = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)
"""pytest's statuses of a run that came to its end; after others, what was not run is unknown."""


def activate(config: pytest.Config, ahead: Opened | None = None) -> None:
    """Check the command line and register the hooks. Raises pytest.UsageError.

    ``ahead``: the pack, where it is being loaded already.
    """
    session = _open(config, ahead)
    picked = [arg for arg in config.args if _is_item_id(arg, session)]
    if picked and config.option.studio_certify is not None:
        raise pytest.UsageError(f"--studio-certify judges the whole pack: leave {picked[0]} out")
    certifying = _prepare_certificate(config, session)
    asked = config.args_source == config.ArgsSource.ARGS
    # The packs are what was asked for; the project's own tests only where they are named.
    config.args = [arg for arg in config.args if asked and arg not in picked]
    if not config.args:
        config.args_source = config.ArgsSource.INVOCATION_DIR
        # Hypothesis's plugin imports all of Hypothesis at the end of a run, for tests that use it.
        idle = config.pluginmanager.get_plugin("hypothesispytest")
        if idle is not None:
            config.pluginmanager.unregister(idle)
    hooks = StudioHooks(config, session, picked, certifying)
    config.pluginmanager.register(hooks, "studio-conformance-run")
    if tells_progress(config):
        config.pluginmanager.register(RunProgress(config, session), "studio-conformance-progress")


def _is_item_id(argument: str, session: Session) -> bool:
    """Whether an argument is the id of one of our items, as a summary of failures prints it."""
    label, names, _ = argument.partition("::")
    return bool(names) and any(label == run.label for run in session.packs)


def _open(config: pytest.Config, ahead: Opened | None) -> Session:
    option = config.option
    try:
        session = _begin(config, ahead)
        # Only now: knowing all codes takes as long as a worker takes to start.
        session.override(overrides(select=option.studio_select, ignore=option.studio_ignore))
    except WrongUsage as error:
        raise pytest.UsageError(str(error)) from None
    if not session.packs:
        raise pytest.UsageError(*(refused.message for refused in session.refused))
    _add_strategies(config, session)
    _keep_inputs(config, session)
    _take_up_known(config, session)
    _refuse_unisolated(config, session)
    _find_baselines(config, session)
    if option.studio_report is not None:
        _make_folder(config.invocation_params.dir / option.studio_report)
    return session


def _begin(config: pytest.Config, ahead: Opened | None) -> Session:
    """Find the packs and let loading begin. Raises WrongUsage."""
    option = config.option
    session = open_session(
        option.studio_pack, given_by(option), config.invocation_params.dir, ahead
    )
    if not hasattr(config, "workerinput"):
        config.add_cleanup(session.close)
        session.begin()
    return session


def _add_strategies(config: pytest.Config, session: Session) -> None:
    """Put what conftests and plugins give for inputs before the packs' own. Raises UsageError."""
    given = [each for each in config.hook.pytest_studio_strategies(config=config) if each]
    if not given:
        return
    from studio_conformance.strategies.given import BadStrategy, Own, read_own

    found: dict[str, Own] = {}
    for each in reversed(given):  # pytest asks the plugin registered last first
        for key, values in each.items():
            try:
                found[key] = read_own(values)
            except BadStrategy as error:
                raise pytest.UsageError(f"pytest_studio_strategies: {key!r}: {error}") from None
    for run in session.packs:
        run.settings = replace(run.settings, strategies={**run.settings.strategies, **found})


def _keep_inputs(config: pytest.Config, session: Session) -> None:
    """Say where inputs are written down, and recall the one that is to be run again."""
    folder = _folder_for_inputs(config)
    for run in session.packs:
        run.journal = journal_file(folder, run.target.path) if folder else None
    wanted = config.option.studio_replay
    if wanted is None:
        return
    if len(session.packs) != 1 or folder is None:
        raise pytest.UsageError("--studio-replay needs one --studio-pack, and pytest's cache")
    run = session.packs[0]
    try:
        run.only = (recall(kept_file(folder, run.target.path), wanted),)
    except NoSuchFinding as error:
        raise pytest.UsageError(str(error)) from None


def _take_up_known(config: pytest.Config, session: Session) -> None:
    """Read the file of known findings, if one is named. Raises pytest.UsageError."""
    name, update = config.option.studio_known, config.option.studio_known_update
    if name is None:
        if update:
            raise pytest.UsageError("--studio-known-update needs --studio-known=FILE")
        return
    from studio_conformance.known import read_known

    try:
        known = read_known(config.invocation_params.dir / name, may_be_new=update)
    except WrongUsage as error:
        raise pytest.UsageError(str(error)) from None
    for run in session.packs:
        run.known = known


def _prepare_certificate(config: pytest.Config, session: Session) -> Certifying | None:
    """Set aside what excuses findings, where the run is to certify. Raises pytest.UsageError."""
    if config.option.studio_certify is None:
        return None
    from studio_conformance.certificate import mode

    if hasattr(config, "workerinput"):
        mode.set_aside(session.packs[0])  # The controller does the rest.
        return None
    place, folder = config.invocation_params.dir, config.option.studio_report
    try:
        return mode.prepare(config.option, session, place, place / folder if folder else None)
    except WrongUsage as error:
        raise pytest.UsageError(str(error)) from None


def _find_baselines(config: pytest.Config, session: Session) -> None:
    """Find the releases to compare with, before anything is waited for. Raises UsageError."""
    for run in session.packs:
        if run.settings.baseline is None and not {c.family for c in run.checks} - WHEN_ASKED:
            raise pytest.UsageError("family RELEASE compares: it needs --studio-baseline")
    if not hasattr(config, "workerinput"):
        with _telling_of_baselines():
            session.find_baselines(config.invocation_params.dir)


@contextmanager
def _telling_of_baselines() -> Iterator[None]:
    """A baseline that can't be used ends the run as wrong usage."""
    from studio_conformance.release.baseline import BadBaseline

    try:
        yield
    except BadBaseline as error:
        raise pytest.UsageError(str(error)) from None


def _refuse_unisolated(config: pytest.Config, session: Session) -> None:
    """What can't be done without isolation. Raises pytest.UsageError."""
    if config.option.studio_isolation != "none":
        return
    if len(session.packs) > 1:
        raise pytest.UsageError("--studio-isolation=none runs one pack: a process can hold no more")
    if hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None):
        raise pytest.UsageError("--studio-isolation=none runs in this process: leave -n out")


def _folder_for_inputs(config: pytest.Config) -> Path | None:
    """In pytest's cache; None where that is switched off."""
    cache = getattr(config, "cache", None)
    return None if cache is None else Path(cache.mkdir("studio-conformance"))


def _make_folder(folder: Path) -> None:
    """Find out before a long run whether its report can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"--studio-report: can't make the folder {folder}: {error.strerror}"
        raise pytest.UsageError(message) from None


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


def _listed(names: list[str], limit: int = 5) -> str:
    shown = ", ".join(names[:limit])
    return shown if len(names) <= limit else f"{shown} and {len(names) - limit} more"


def _reason(runs: list[PackRun]) -> str:
    reasons = {run.level_reason for run in runs}
    return reasons.pop() if len(reasons) == 1 else "each for a reason of its own"


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
        self.events: list[Event] = []
        self.beside_failed = False
        self.told: list[str] = []
        """Lines about files that were written, for the end of the summary."""
        handed: dict[str, list[str]] | None = getattr(config, "workerinput", {}).get(WORKER_KEY)
        if handed is not None:
            self.picked = handed["picked"]
            for run, text in zip(session.packs, handed["packs"], strict=True):
                run.adopt(text)

    def pytest_report_header(self) -> list[str]:
        """What decides the results, once for all packs that are judged alike."""
        alike: dict[tuple[str, str], list[PackRun]] = {}
        for run in self.session.packs:
            alike.setdefault((run.level.name, run.settings.mode), []).append(run)
        return [
            f"studio conformance: {_listed([run.label for run in runs])} at level {level} "
            f"({_reason(runs)}), {mode}"
            for (level, mode), runs in alike.items()
        ] + [*self._baselines(), *self._running_nodes(), *self._strictness(), *self._warning()]

    def _strictness(self) -> Iterator[str]:
        """That a certificate was asked for, and what does not count for it."""
        if self.certifying is not None:
            listed = "; ".join(self.certifying.set_aside) or "nothing"
            yield (
                "certifying: no waiver, known finding, selection, changed level or skip counts "
                f"(set aside here: {listed})"
            )

    def _baselines(self) -> Iterator[str]:
        """A line for each pack that is compared with an earlier release."""
        for run in self.session.packs:
            found = run.earlier
            if found is not None and found.missing:
                yield f"baseline of {run.label}: no earlier release: {found.missing}"
            elif found is not None:
                told = " ".join(filter(None, (found.name, found.version)))
                yield f"baseline of {run.label}: {told} ({found.source})"

    def _warning(self) -> Iterator[str]:
        """That nothing confines a pack, where it was asked for."""
        if any(run.settings.sandbox == "observe" for run in self.session.packs):
            yield "SANDBOX: observed, where it can't be enforced (--studio-sandbox=observe)"
        allowed = dict.fromkeys(p for run in self.session.packs for p in run.settings.allow_read)
        if allowed:
            yield f"the pack may read: {', '.join(allowed)} (--studio-allow-read)"
        if any(run.settings.isolation == "none" for run in self.session.packs):
            yield (
                "NOT ISOLATED: the pack runs in pytest's own process, with all rights of yours "
                "(--studio-isolation=none)"
            )

    def _running_nodes(self) -> Iterator[str]:
        """A line about running nodes, where a check asks for it."""
        runs = [run for run in self.session.packs if any(c.family in RUNNING for c in run.checks)]
        told = ((r.settings.budget, r.settings.max_examples, r.settings.fakes) for r in runs)
        for budget, examples, fakes in dict.fromkeys(told):
            named = ", with fakes (small stand-ins) for models" if fakes else ""
            yield (
                f"running nodes: at most {budget:g} s (--studio-budget), systematic inputs"
                f" and random ones up to {examples} for each node{named}"
            )

    @pytest.hookimpl(optionalhook=True)
    def pytest_configure_node(self, node: Any) -> None:
        """xdist: hand a worker the descriptions. The first worker makes the packs load."""
        with _telling_of_baselines():
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
            with _sparing_the_collector(), _telling_of_baselines():
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
        if hasattr(self.config, "workerinput") or self.config.option.collectonly:
            return
        self.events = build_events(
            self.session,
            argv=[str(arg) for arg in self.config.invocation_params.args],
            beside=outcomes.FINDINGS if self.beside_failed else outcomes.CLEAN,
            broke_off=0 if self._ended(exitstatus) else int(exitstatus),
            kept=self.config.option.studio_report is not None or self.certifying is not None,
        )
        self._certify()
        session.exitstatus = self.events[-1]["exit_status"]

    def _ended(self, exitstatus: int) -> bool:
        """Whether pytest came to the end it was asked for: all items, or as many failures as -x."""
        distributed: Any = self.config.pluginmanager.get_plugin("dsession")
        limit = getattr(distributed, "maxfail", 0)
        # xdist ends a run that has enough failures as if the user had interrupted it.
        return exitstatus in ENDED or bool(limit and distributed.countfailures >= limit)

    def _certify(self) -> None:
        """Write everything, and the certificate that was asked for or why there is none."""
        asked = self.certifying
        if asked is None:
            self._write()
            return
        from studio_conformance.certificate.issue import issue, settle

        why = settle(asked, self.session.packs[0].target.path, self.events)
        self._write()
        self.told.append(issue(asked, self.events, why))

    def _write(self) -> None:
        self._keep()
        self._settle_known()
        folder = self.config.getoption("--studio-report")
        if folder is not None:
            from studio_conformance.reports.formats import write_reports

            root = self.config.invocation_params.dir / folder
            write_events(root / FILE_NAME, self.events)
            write_reports(root, self.events)

    def _settle_known(self) -> None:
        """Say how many known findings were seen; write them anew where that was asked for."""
        known = self.session.packs[0].known
        if known is None:
            return
        from studio_conformance.known import settle

        update = self.config.option.studio_known_update
        self.told.append(settle(known, self.events, today() if update else None))

    def _keep(self) -> None:
        """Keep the inputs of findings for --studio-replay."""
        folder = _folder_for_inputs(self.config)
        for run in self.session.packs if folder else ():
            assert folder is not None
            rows = (row for found in run.results.values() for row in found)
            keep(kept_file(folder, run.target.path), rows)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if not self.events:
            return
        terminalreporter.write_sep("=", "studio conformance")
        for line in render(self.events, verbose=self.config.getoption("verbose") > 0):
            terminalreporter.write_line(line.text, **MARKS[line.mark])
        folder = self.config.getoption("--studio-report")
        if folder is not None:
            terminalreporter.write_line(f"event log and reports: {folder}")
        for text in self.told:
            terminalreporter.write_line(text)
