"""Signs of life: what a terminal shows while nodes run, and what a CI log holds."""

from __future__ import annotations

from typing import Any

import pytest

from studio_conformance import progress
from studio_conformance.progress import LINE_EVERY, RunProgress, loading_teller, tells_progress


class Writer:
    """The part of pytest's writer that is used; ``lines`` are those of a log."""

    fullwidth = 60

    def __init__(self) -> None:
        self.width_of_current_line = 0
        self.raw: list[str] = []
        self._file = self

    def write(self, text: str) -> None:
        self.raw.append(text)

    def flush(self) -> None:
        pass


class Reporter:
    def __init__(self, isatty: bool) -> None:
        self.isatty = isatty
        self._tw = Writer()
        self.lines: list[str] = []

    def ensure_newline(self) -> None:
        pass

    def write_line(self, line: str) -> None:
        self.lines.append(line)

    def rewrite(self, line: str, **markup: bool) -> None:
        self.lines.append(f"\r{line}")


class Config:
    """As much of a configuration as is asked for."""

    def __init__(self, *, isatty: bool, verbosity: int = 0, capture: str = "fd") -> None:
        self.reporter = Reporter(isatty)
        self.verbosity, self.capture = verbosity, capture
        self.pluginmanager = self

    def get_plugin(self, name: str) -> Reporter:
        assert name == "terminalreporter"
        return self.reporter

    def getoption(self, name: str) -> str:
        return {"capture": self.capture}[name]

    def get_verbosity(self) -> int:
        return self.verbosity


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


class Item:
    """A report of one item."""

    when = "call"

    def __init__(self, nodeid: str, failed: bool = False) -> None:
        self.nodeid, self.failed = nodeid, failed


class Packs:
    packs: tuple[()] = ()


def watched(**how: Any) -> tuple[RunProgress, Reporter, Clock]:
    config, clock = Config(**how), Clock()
    run = RunProgress(config, Packs(), clock)  # type: ignore[arg-type]
    run.total = 9
    return run, config.reporter, clock


def start(run: RunProgress, nodeid: str) -> None:
    for _ in run.pytest_runtest_logstart(nodeid):
        pass


def end(run: RunProgress, nodeid: str, *, failed: bool = False) -> None:
    for _ in run.pytest_runtest_logreport(Item(nodeid, failed)):  # type: ignore[arg-type]
        pass


def test_a_log_has_a_line_now_and_then_without_control_characters() -> None:
    run, reporter, clock = watched(isatty=False)
    for number in range(1, 10):
        clock.now += LINE_EVERY / 2
        start(run, f"pack::Node{number}::EXEC")
        end(run, f"pack::Node{number}::EXEC", failed=number == 3)
    assert reporter.lines == [
        "[20 s] 2 of 9 items; done pack::Node2::EXEC",
        "[40 s] 4 of 9 items, 1 with findings; done pack::Node4::EXEC",
        "[60 s] 6 of 9 items, 1 with findings; done pack::Node6::EXEC",
        "[80 s] 8 of 9 items, 1 with findings; done pack::Node8::EXEC",
    ]
    assert reporter._tw.raw == []


def test_a_quick_run_says_nothing_more() -> None:
    run, reporter, clock = watched(isatty=False)
    for number in range(9):
        clock.now += 0.1
        end(run, f"pack::Node{number}::EXEC")
    assert reporter.lines == []


def test_a_terminal_shows_what_runs_below_the_line_of_pytest() -> None:
    pyte = pytest.importorskip("pyte", reason="stands in for a terminal")
    run, reporter, clock = watched(isatty=True)
    screen = pyte.Screen(60, 4)
    stream = pyte.Stream(screen)

    def shown() -> list[str]:
        stream.feed("".join(reporter._tw.raw).replace("\n", "\r\n"))
        reporter._tw.raw.clear()
        return [line.rstrip() for line in screen.display]

    def pytest_writes(text: str) -> None:
        reporter._tw.raw.append(text)
        reporter._tw.width_of_current_line += len(text)

    stream.feed("\r\n\r\n\r\n")  # The last line of the screen: a line below makes it scroll.
    pytest_writes("pack ")
    start(run, "pack::A::EXEC")
    assert shown() == ["", "", "pack", "[0 s] 0 of 9 items; running pack::A::EXEC"]
    clock.now += 3
    end(run, "pack::A::EXEC")
    pytest_writes(".")
    assert shown() == ["", "", "pack .", ""]
    start(run, "pack::B::EXEC")
    assert shown() == ["", "", "pack .", "[3 s] 1 of 9 items; running pack::B::EXEC"]
    run.pytest_sessionfinish()
    assert shown() == ["", "", "pack .", ""]


def test_items_that_take_no_time_are_not_drawn_each() -> None:
    run, reporter, clock = watched(isatty=True)
    clock.now += 1
    for number in range(1000):
        clock.now += 0.001
        start(run, f"pack::Node{number}::SCHEMA")
        end(run, f"pack::Node{number}::SCHEMA")
    drawn = [text for text in reporter._tw.raw if "running" in text]
    assert 4 <= len(drawn) <= 7


@pytest.mark.parametrize("how", [{"capture": "no"}, {"verbosity": 1}])
def test_where_others_write_too_no_line_is_drawn(how: dict[str, Any]) -> None:
    run, reporter, clock = watched(isatty=True, **how)
    clock.now += LINE_EVERY
    start(run, "pack::A::EXEC")
    end(run, "pack::A::EXEC")
    assert reporter._tw.raw == []
    assert len(reporter.lines) == 1


def test_quiet_is_quiet() -> None:
    config: Any = Config(isatty=True, verbosity=-1)
    assert not tells_progress(config)
    assert loading_teller(config) is None
    assert tells_progress(Config(isatty=True))  # type: ignore[arg-type]


def test_a_pack_that_loads_long_is_told_of_in_a_log() -> None:
    config, clock = Config(isatty=False), Clock()
    tell = loading_teller(config, clock)  # type: ignore[arg-type]
    assert tell is not None
    for step in range(5):
        tell("pack", f"describe Node{step}")
        clock.now += LINE_EVERY / 2
    assert config.reporter.lines == [
        "[20 s] loading pack: describe Node2",
        "[40 s] loading pack: describe Node4",
    ]


def test_a_run_tells_how_far_it_is(
    pytester: pytest.Pytester, plugin_args: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a real run, with a line after every item."""
    monkeypatch.setattr(progress, "LINE_EVERY", 0.0)
    folder = pytester.mkdir("tiny")
    (folder / "__init__.py").write_text("NODE_CLASS_MAPPINGS = {}\n")
    arguments = (*plugin_args, "--studio-pack=tiny", "--studio-select=LOAD,SCHEMA")
    result = pytester.runpytest_inprocess(*arguments)
    result.stdout.re_match_lines([r"\[\d+ s\] 1 of 1 items.*; done tiny::LOAD"])
    quiet = pytester.runpytest_inprocess(*arguments, "-q")
    quiet.stdout.no_re_match_line(r"\[\d+ s\].*")
