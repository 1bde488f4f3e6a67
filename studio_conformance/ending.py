"""The end of a run: what came of it is written, told, and turned into pytest's exit status."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from studio_conformance import outcomes
from studio_conformance.events import FILE_NAME, Event, write_events
from studio_conformance.kept import folder_for_inputs, keep, kept_file
from studio_conformance.log import build_events
from studio_conformance.reports.lines import shown
from studio_conformance.reports.terminal import render
from studio_conformance.rows import today
from studio_conformance.session import Session

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
ENDED = (
    pytest.ExitCode.OK,
    pytest.ExitCode.TESTS_FAILED,
    pytest.ExitCode.NO_TESTS_COLLECTED,
)
"""pytest's statuses of a run that came to its end; after others, what was not run is unknown."""


class Ending:
    """The log of one run, and all that is made from it."""

    def __init__(
        self, config: pytest.Config, session: Session, certifying: Certifying | None
    ) -> None:
        self.config, self.session, self.certifying = config, session, certifying
        self.events: list[Event] = []
        self._told: list[str] = []
        """Lines about files that were written, for the end of the summary."""
        self._unwritten = False

    def finish(self, exitstatus: int, beside_failed: bool) -> int:
        """Make the log and write what is asked for; the exit status of the run.

        ``exitstatus``: pytest's own; ``beside_failed``: whether a test beside the packs did.
        """
        self.events = build_events(
            self.session,
            argv=[str(arg) for arg in self.config.invocation_params.args],
            beside=outcomes.FINDINGS if beside_failed else outcomes.CLEAN,
            broke_off=0 if self._ended(exitstatus) else int(exitstatus),
            kept=self.config.option.studio_report is not None or self.certifying is not None,
        )
        self._certify()
        footer = self.events[-1]
        if self._unwritten and footer["exit_status"] in outcomes.PRECEDENCE:
            footer["exit_status"] = outcomes.worst(
                (footer["exit_status"], outcomes.ENVIRONMENT_BROKE)
            )
        status: int = footer["exit_status"]
        return status

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
        if self._unwritten:
            why = why or "not all that belongs to it could be written"

        def settled() -> None:
            self._told.append(issue(asked, self.events, why))

        self._attempt(settled)

    def _write(self) -> None:
        for write in (self._keep, self._settle_known, self._report):
            self._attempt(write)

    def _attempt(self, write: Callable[[], None]) -> None:
        """Write, or say at the end what the system refused: the findings are told all the same."""
        try:
            write()
        except OSError as error:
            self._unwritten = True
            place = error.filename2 or error.filename or ""
            self._told.append(f"can't be written: {place}: {error.strerror or error}")

    def _report(self) -> None:
        folder = self.config.getoption("--studio-report")
        if folder is not None:
            from studio_conformance.reports.formats import write_reports

            root = self.config.invocation_params.dir / folder
            write_events(root / FILE_NAME, self.events)
            write_reports(root, self.events)
            self._told.append(f"event log and reports: {folder}")

    def _settle_known(self) -> None:
        """Say how many known findings were seen; write them anew where that was asked for."""
        known = self.session.packs[0].known
        if known is None:
            return
        from studio_conformance.known import settle

        update = self.config.option.studio_known_update
        self._told.append(settle(known, self.events, today() if update else None))

    def _keep(self) -> None:
        """Keep the inputs of findings for --studio-replay."""
        folder = folder_for_inputs(self.config)
        for run in self.session.packs if folder else ():
            assert folder is not None
            rows = (row for found in run.results.values() for row in found)
            keep(kept_file(folder, run.target.path), rows)

    def summary(self, terminalreporter: Any) -> None:
        """Write the summary, where there is a log to tell of."""
        if not self.events:
            return
        terminalreporter.write_sep("=", "studio conformance")
        for line in render(self.events, verbose=self.config.getoption("verbose") > 0):
            terminalreporter.write_line(line.text, **MARKS[line.mark])
        for text in self._told:
            terminalreporter.write_line(shown(text))
