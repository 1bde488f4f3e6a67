"""The pytest plugin: options, and nothing else until ``--studio-pack`` is given.

Every pytest run of an environment that has us installed imports this module, so it imports only the
standard library and pytest.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from studio_conformance.command_line import OPTIONS

if TYPE_CHECKING:
    from studio_conformance.opening import Opened

GROUP = "studio conformance"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("studio-conformance", GROUP)
    for name, form in OPTIONS.items():
        group.addoption(name, **form)


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    from studio_conformance import hookspecs

    pluginmanager.add_hookspecs(hookspecs)


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Started inside a pack that is to be judged, pytest would import the pack's own conftest.py.

    This process imports nothing of a pack, so no conftest is loaded then.
    """
    options = early_config.known_args_namespace
    here = Path.cwd().resolve()
    # realpath, as what can't be followed is for the session to tell of.
    packs = [Path(os.path.realpath(pack)) for pack in getattr(options, "studio_pack", [])]
    if any(here.is_relative_to(pack) for pack in packs):
        options.noconftest = True


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--studio-pack") or config.getoption("help"):
        return
    opened = _begin_early(config)
    from studio_conformance.starting import activate

    activate(config, opened)


def _begin_early(config: pytest.Config) -> Opened | None:
    """Start a worker for the pack before anything else; several packs take turns later."""
    option = config.option
    process = option.studio_isolation in (None, "process")
    if len(option.studio_pack) != 1 or not process or hasattr(config, "workerinput"):
        return None
    from reference_runtime.isolation.ahead import Ahead

    try:
        ahead = Ahead()
    except OSError:
        return None  # The session tries again, and says what is wrong.
    config.add_cleanup(ahead.close)
    from studio_conformance.opening import begin_early

    opened = begin_early(option, config.invocation_params.dir, ahead)
    if opened is None or opened.begun is None:
        ahead.close()
    else:
        config.add_cleanup(opened.close)
    return opened
