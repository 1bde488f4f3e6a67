"""A short way to run our items: pytest's own spends more time on one than judging it takes.

An item of ours has no fixtures, no markers and prints nothing, so its setup and teardown have
nothing to do. Every report that pytest's own way gives, and that somebody makes something of, is
given here too.
"""

from __future__ import annotations

import pytest
from _pytest.runner import check_interactive_exception

from studio_conformance.items import FamilyItem

LOOKING_INSIDE = ("setupshow", "setuponly", "setupplan", "usepdb", "trace")
"""Options of pytest that concern what happens around an item, or inside it."""
AROUND_AN_ITEM = ("pytest_runtest_setup", "pytest_runtest_call", "pytest_runtest_teardown")
LISTENING_TO_CALLS = frozenset({
    "_pytest.cacheprovider", "_pytest.logging", "_pytest.main", "_pytest.terminal",
    "studio_conformance.hooks", "studio_conformance.progress",
})  # fmt: skip
"""Listeners that make nothing of a setup or teardown that passed, but where durations are told."""


def is_heard(config: pytest.Config) -> bool:
    """Whether somebody makes something of setups and teardowns that passed."""
    listeners = config.hook.pytest_runtest_logreport.get_hookimpls()
    others = {impl.function.__module__ for impl in listeners} - LISTENING_TO_CALLS
    return bool(others) or config.getoption("durations", None) is not None


def is_undisturbed(config: pytest.Config) -> bool:
    """Whether nobody but pytest itself takes part in setup, call and teardown of items."""
    if any(config.getoption(name, False) for name in LOOKING_INSIDE):
        return False
    hooks = [getattr(config.hook, name) for name in AROUND_AN_ITEM]
    return all(
        impl.function.__module__.startswith("_pytest.")
        for hook in hooks
        for impl in hook.get_hookimpls()
    )


def has_nothing_around(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """Whether the item can go the short way.

    The last item of a run can't: fixtures of the session end with its teardown.
    """
    return isinstance(item, FamilyItem) and nextitem is not None and not any(item.iter_markers())


def run_shortly(item: pytest.Item, heard: bool = True) -> None:
    """Run one item and report it as pytest would; ``heard``: its setup and teardown too."""
    item.ihook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    if heard:
        _log_passed(item, "setup")
    call = pytest.CallInfo.from_call(
        item.runtest, when="call", reraise=(pytest.exit.Exception, KeyboardInterrupt)
    )
    report = item.ihook.pytest_runtest_makereport(item=item, call=call)
    item.ihook.pytest_runtest_logreport(report=report)
    if check_interactive_exception(call, report):
        item.ihook.pytest_exception_interact(node=item, call=call, report=report)
    if heard:
        _log_passed(item, "teardown")
    item.ihook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _log_passed(item: pytest.Item, when: str) -> None:
    report = pytest.TestReport(
        nodeid=item.nodeid,
        location=item.location,
        keywords={item.name: 1},
        outcome="passed",
        longrepr=None,
        when=when,  # type: ignore[arg-type]
        user_properties=item.user_properties,
    )
    item.ihook.pytest_runtest_logreport(report=report)
