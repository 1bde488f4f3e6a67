"""The start of a run: what the command line asks for is looked at before anything is waited for."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from studio_conformance.checks import WHEN_ASKED
from studio_conformance.hooks import StudioHooks, telling_of_baselines
from studio_conformance.kept import (
    NoSuchFinding,
    folder_for_inputs,
    journal_file,
    kept_file,
    recall,
)
from studio_conformance.opening import Opened, given_by
from studio_conformance.options import WrongUsage, overrides
from studio_conformance.progress import RunProgress, tells_progress
from studio_conformance.session import Session, open_session

if TYPE_CHECKING:
    from studio_conformance.certificate.mode import Certifying


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
    folder = folder_for_inputs(config)
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
        with telling_of_baselines():
            session.find_baselines(config.invocation_params.dir)


def _refuse_unisolated(config: pytest.Config, session: Session) -> None:
    """What can't be done without isolation. Raises pytest.UsageError."""
    if config.option.studio_isolation != "none":
        return
    if len(session.packs) > 1:
        raise pytest.UsageError("--studio-isolation=none runs one pack: a process can hold no more")
    if hasattr(config, "workerinput") or getattr(config.option, "numprocesses", None):
        raise pytest.UsageError("--studio-isolation=none runs in this process: leave -n out")


def _make_folder(folder: Path) -> None:
    """Find out before a long run whether its report can be written."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"--studio-report: can't make the folder {folder}: {error.strerror}"
        raise pytest.UsageError(message) from None
    if not os.access(folder, os.W_OK):
        raise pytest.UsageError(f"--studio-report: can't write to the folder {folder}")
