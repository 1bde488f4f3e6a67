"""The pytest plugin: options, and nothing else until ``--studio-pack`` is given.

Every pytest run of an environment that has us installed imports this module, so it imports only the
standard library and pytest.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from studio_conformance.opening import Opened

GROUP = "studio conformance"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("studio-conformance", GROUP)
    group.addoption(
        "--studio-pack",
        action="append",
        default=[],
        metavar="PACK",
        help="judge this node pack: a path, an importable module or an installed distribution "
        "(repeatable); alone on the command line it runs only the conformance items",
    )
    group.addoption("--studio-api", metavar="LEVEL", help="API level to judge by")
    group.addoption(
        "--studio-mode",
        metavar="MODE",
        help="faithful: the host's silent bugs happen (default); strict: the documentation holds",
    )
    group.addoption(
        "--studio-select",
        action="append",
        default=[],
        metavar="CODES",
        help="judge by these checks only: codes, slugs or families, comma-separated (repeatable)",
    )
    group.addoption(
        "--studio-ignore",
        action="append",
        default=[],
        metavar="CODES",
        help="leave these checks out: codes, slugs or families, comma-separated (repeatable)",
    )
    group.addoption(
        "--studio-level",
        metavar="LEVEL",
        help="lowest level of a finding that fails the run: error (default) or warning",
    )
    group.addoption(
        "--studio-report",
        metavar="DIR",
        help="write the event log and all reports to this folder: events.jsonl, report.html, "
        "report.json (several packs: NAME/report.json), results.jsonl, junit.xml, report.sarif, "
        "summary.md, badge.svg, badge.json",
    )
    group.addoption(
        "--studio-timeout",
        metavar="SECONDS",
        help="how long the worker of a pack may take for one request (default: 60)",
    )
    group.addoption(
        "--studio-isolation",
        metavar="KIND",
        help="process: the pack's worker runs with this Python (default); venv: in an environment "
        "of its own, built with uv from what the pack says it needs; none: in pytest's own "
        "process, UNCONFINED, for a debugger",
    )
    group.addoption(
        "--studio-sandbox",
        metavar="MODE",
        help="enforce: refuse to run a pack that the kernel can't confine (default); wrap: with "
        "namespaces around it too, by bubblewrap; observe: run it all the same, say so, and refuse "
        "only what its Python code does outside its folders",
    )
    group.addoption(
        "--studio-allow-read",
        action="append",
        default=[],
        metavar="PATH",
        help="let the pack read this file or folder too (repeatable)",
    )
    group.addoption(
        "--studio-max-examples",
        metavar="N",
        help="about how many inputs each node is run on: the systematic ones always, random ones "
        "up to N, and at least a quarter of N (default: 0, no random ones)",
    )
    group.addoption(
        "--studio-budget",
        metavar="SECONDS",
        help="how long running nodes may take, all together (default: 300)",
    )
    group.addoption(
        "--studio-calls",
        metavar="N",
        help="how often each node is called to see what it holds on to (family RPC; default: 20)",
    )
    group.addoption(
        "--studio-fakes",
        action="store_true",
        help="give small stand-ins for models, so that nodes which need one are run too",
    )
    group.addoption(
        "--studio-baseline",
        metavar="BASELINE",
        help="judge what changed since an earlier release (family RELEASE): its report.json or "
        "events.jsonl, another checkout, git:REF (git: finds the tag), or pypi:NAME[==VERSION]",
    )
    group.addoption(
        "--studio-replay",
        metavar="ID",
        help="run again the input of the finding with this id, as the last run kept it",
    )
    group.addoption(
        "--studio-certify",
        nargs="?",
        const="",
        metavar="FILE",
        help="judge the whole pack without waivers and other excuses, and write a certificate of "
        "a green run (default: studio-certificate.json, in the folder of --studio-report or here)",
    )
    group.addoption(
        "--studio-known",
        metavar="FILE",
        help="findings that this file lists don't fail the run; new ones do",
    )
    group.addoption(
        "--studio-known-update",
        action="store_true",
        help="write to that file what the run finds, and drop what is gone; what is new still "
        "fails this run",
    )


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
    packs = [Path(pack).resolve() for pack in getattr(options, "studio_pack", [])]
    if any(here.is_relative_to(pack) for pack in packs):
        options.noconftest = True


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--studio-pack") or config.getoption("help"):
        return
    opened = _begin_early(config)
    from studio_conformance.hooks import activate

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
