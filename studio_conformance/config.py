"""Settings of a pack: ``[tool.studio-conformance]`` in its pyproject.toml, under the command line.

Everything is checked when it is read: an unknown key, a code that no check has, a waiver without a
reason are errors that name the file and what was probably meant.
"""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NoReturn, TypeVar, get_args

from reference_runtime.levels import Mode, UnknownLevel, level_named
from reference_runtime.reading import read_regular
from studio_conformance.checks import (
    FAMILIES,
    WHEN_ASKED,
    Check,
    Severity,
    UnknownCheck,
    select,
)
from studio_conformance.reports.lines import shown
from studio_conformance.toml import BrokenToml, read_toml
from studio_conformance.waivers import Waiver

if TYPE_CHECKING:
    from studio_conformance.strategies.given import Own, OwnByKey

TABLE = "studio-conformance"
DEFAULT_TIMEOUT = 60.0
DEFAULT_EXAMPLES = 0
DEFAULT_BUDGET = 90.0
DEFAULT_CALLS = 20
Isolation = Literal["process", "venv", "none"]
SandboxMode = Literal["enforce", "wrap", "observe"]
Access = Literal["read", "write"]
LASTING_ISOLATION = ("process", "venv")
"""What a pack's own settings may say: to be run unconfined is for who runs it to say."""
T = TypeVar("T")


class BadSettings(ValueError):
    """A setting is wrong; the message names the file, the key and what would be right."""


@dataclass(frozen=True)
class Settings:
    """What decides how a pack is judged. ``None`` means: not said."""

    file: Path | None = None
    """The pyproject.toml that has the table, if any."""
    api: str | None = None
    mode: Mode = "faithful"
    select: tuple[str, ...] = ()
    """Codes, slugs or families to judge by; empty for all."""
    ignore: tuple[str, ...] = ()
    level: Severity = "error"
    """The lowest level of a finding that fails the run."""
    levels: tuple[tuple[str, Severity], ...] = ()
    """(code, level): levels that the pack's owner changed."""
    timeout: float = DEFAULT_TIMEOUT
    """Seconds that the worker may take for one request."""
    max_examples: int = DEFAULT_EXAMPLES
    """Random inputs that each node is run on, after the systematic ones."""
    budget: float = DEFAULT_BUDGET
    """Seconds for running nodes, all together."""
    calls: int = DEFAULT_CALLS
    """How often a node is called to see what it holds on to (family RPC)."""
    isolation: Isolation = "process"
    """Where the pack runs: in a worker with this interpreter, in an environment of its own, or in
    this very process ("none", for a debugger)."""
    sandbox: SandboxMode = "enforce"
    """Refuse to run a pack that can't be confined, or go on and say so. For who runs it to say."""
    allow_read: tuple[str, ...] = ()
    """More paths that the pack may read; for who runs it to say."""
    fakes: bool = False
    """Small stand-ins take the place of models, so that nodes which need one are run too."""
    baseline: str | None = None
    """An earlier release to compare with (family RELEASE): a file, a path, git:REF or pypi:NAME."""
    waivers: tuple[Waiver, ...] = ()
    strategies: OwnByKey = field(default_factory=dict)
    """Values for inputs, by io type or by "Node.input"."""
    paths: dict[str, Access] = field(default_factory=dict)
    """By "Node.input": the text is a path that may lead anywhere, to be read or to be written."""

    def checks(self) -> list[Check]:
        """The checks to judge by, each at the level the owner gave it."""
        chosen = select(list(self.select or self._families()))
        ignored = {check.code for check in select(list(self.ignore))}
        levels = dict(self.levels)
        return [
            replace(check, level=levels.get(check.code, check.level))
            for check in chosen
            if check.code not in ignored
        ]

    def _families(self) -> list[str]:
        """Those that a run plans unless it is told which: comparing needs a baseline."""
        return [name for name in FAMILIES if name not in WHEN_ASKED or self.baseline]


def find_settings_file(pack: Path) -> Path | None:
    """The pyproject.toml that speaks for ``pack``.

    The one in the pack's folder (beside it, for a single file); else the nearest above that has our
    table, no further up than the root of the repository, so that a package inside a project finds
    the project's settings.
    """
    folder = pack if pack.is_dir() else pack.parent
    own = folder / "pyproject.toml"
    if own.is_file():
        return own
    while not (folder / ".git").exists() and folder.parent != folder:
        folder = folder.parent
        file = folder / "pyproject.toml"
        if file.is_file():
            return file if _may_have_table(file) else None
    return None


def _may_have_table(file: Path) -> bool:
    """Whether the file speaks of us; of one that can't be read, whoever reads it tells."""
    try:
        return f"tool.{TABLE}".encode() in read_regular(file)
    except OSError:
        return True


def load_settings(pack: Path) -> Settings:
    """The settings the pack's pyproject.toml gives, defaults where it is silent.

    Raises BrokenToml and BadSettings.
    """
    file = find_settings_file(pack)
    if file is None:
        return Settings()
    table = read_toml(file).get("tool", {})
    if not isinstance(table, dict) or TABLE not in table:
        return Settings()
    return _Reader(file).read(table[TABLE])


def unknown(name: str, known: Sequence[str]) -> str:
    """``'tiemout'; did you mean timeout?``, or the list of what is known."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    hint = f"did you mean {near[0]}?" if near else f"known: {', '.join(known)}"
    return f"{name!r}; {hint}"


def names_of_checks(names: Sequence[str]) -> tuple[str, ...]:
    """Return ``names`` when each is a code, slug or family; raise UnknownCheck otherwise."""
    select(list(names))
    return tuple(names)


class _Reader:
    """Reads the table of one file; every complaint names the file and the key."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def fail(self, message: str) -> NoReturn:
        raise BadSettings(shown(f"{self.file}: [tool.{TABLE}] {message}"))

    def read(self, table: Any) -> Settings:
        if not isinstance(table, dict):
            self.fail("must be a table")
        readers: dict[str, Callable[[Any], Any]] = {
            "api": self.api,
            "mode": lambda value: self.one_of("mode", value, get_args(Mode)),
            "select": lambda value: self.codes("select", value),
            "ignore": lambda value: self.codes("ignore", value),
            "level": lambda value: self.one_of("level", value, get_args(Severity)),
            "levels": self.levels,
            "timeout": lambda value: self.seconds("timeout", value),
            "max_examples": self.examples,
            "budget": lambda value: self.seconds("budget", value),
            "calls": self.calls,
            "isolation": lambda value: self.one_of("isolation", value, LASTING_ISOLATION),
            "fakes": self.fakes,
            "baseline": self.baseline,
            "waivers": self.waivers,
            "strategies": self.strategies,
            "paths": self.paths,
        }
        for key in table:
            if key not in readers:
                self.fail(f"has an unknown key {unknown(key, list(readers))}")
        return Settings(file=self.file, **{key: readers[key](table[key]) for key in table})

    def api(self, value: Any) -> str:
        try:
            return level_named(self.text("api", value)).name
        except UnknownLevel as error:
            self.fail(f"api: {error}")

    def text(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            self.fail(f"{key} must be a text, not {value!r}")
        return value

    def one_of(self, key: str, value: Any, known: Sequence[str]) -> str:
        if value not in known:
            self.fail(f"{key} must be one of {', '.join(known)}, not {value!r}")
        return str(value)

    def codes(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.fail(f"{key} must be a list of codes, slugs or families, not {value!r}")
        try:
            return names_of_checks(value)
        except UnknownCheck as error:
            self.fail(f"{key}: {error}")

    def seconds(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e6:
            self.fail(f"{key} must be a number of seconds above 0, not {value!r}")
        return float(value)

    def examples(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
            self.fail(f"max_examples must be a whole number from 0 on, not {value!r}")
        return value

    def calls(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 8 <= value <= 1_000_000:
            self.fail(f"calls must be a whole number from 8 on, not {value!r}")
        return value

    def fakes(self, value: Any) -> bool:
        if not isinstance(value, bool):
            self.fail(f"fakes must be true or false, not {value!r}")
        return value

    def baseline(self, value: Any) -> str:
        """Paths count from the folder of the file that names them."""
        text = self.text("baseline", value)
        if text.partition(":")[0] in ("git", "pypi"):
            return text
        return str(self.file.parent / os.path.expanduser(text))

    def strategies(self, value: Any) -> dict[str, Own]:
        from studio_conformance.strategies.given import BadStrategy, read_own

        if not isinstance(value, dict):
            self.fail(f'strategies must be a table of "Node.input" or TYPE = [...], not {value!r}')
        found = {}
        for key, given in value.items():
            try:
                found[key] = read_own(given)
            except BadStrategy as error:
                self.fail(f"strategies.{key!r}: {error}")
        return found

    def paths(self, value: Any) -> dict[str, Any]:
        known = get_args(Access)
        if not isinstance(value, dict):
            self.fail(f'paths must be a table of "Node.input" = "read" or "write", not {value!r}')
        for key in value:
            if "." not in key:
                self.fail(f'paths: {key!r} must be "Node.input"')
        return {key: self.one_of(f"paths.{key!r}", each, known) for key, each in value.items()}

    def levels(self, value: Any) -> tuple[tuple[str, Severity], ...]:
        if not isinstance(value, dict):
            self.fail(f'levels must be a table of CODE = "error" or "warning", not {value!r}')
        known = get_args(Severity)
        return tuple(
            (check.code, self.one_of(f"levels.{name}", level, known))  # type: ignore[misc]
            for name, level in value.items()
            for check in self._named(f"levels.{name}", name)
        )

    def _named(self, key: str, name: str) -> list[Check]:
        try:
            return select([name])
        except UnknownCheck as error:
            self.fail(f"{key}: {error}")

    def waivers(self, value: Any) -> tuple[Waiver, ...]:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            self.fail(f"waivers must be an array of tables ([[tool.{TABLE}.waivers]])")
        lines = self.lines_of(f"[[tool.{TABLE}.waivers]]", len(value))
        return tuple(
            self.waiver(f"waivers[{i}]", item, line)
            for i, (item, line) in enumerate(zip(value, lines, strict=True))
        )

    def lines_of(self, heading: str, number: int) -> list[int] | list[None]:
        """The lines of a heading that occurs ``number`` times; written otherwise, none is known."""
        texts = self.file.read_text(encoding="utf-8").splitlines()
        lines = [i for i, text in enumerate(texts, 1) if text.replace(" ", "").startswith(heading)]
        return lines if len(lines) == number else [None] * number

    def waiver(self, key: str, entry: dict[str, Any], line: int | None) -> Waiver:
        known = ("code", "node", "reason", "expires")
        for name in entry:
            if name not in known:
                self.fail(f"{key} has an unknown key {unknown(name, known)}")
        if "reason" not in entry:
            self.fail(f"{key} needs a reason: why is the finding acceptable?")
        code = self.text(f"{key}.code", entry.get("code"))
        named = self._named(f"{key}.code", code)
        if len(named) != 1:
            self.fail(f"{key}.code must be the code of one check, not the family {code!r}")
        return Waiver(
            code=named[0].code,
            node=self.text(f"{key}.node", entry["node"]) if "node" in entry else None,
            reason=self.text(f"{key}.reason", entry["reason"]).strip(),
            expires=self.date(f"{key}.expires", entry.get("expires")),
            line=line,
        )

    def date(self, key: str, value: Any) -> datetime.date | None:
        if isinstance(value, str):
            try:
                return datetime.date.fromisoformat(value)
            except ValueError:
                self.fail(f"{key} must be a date (2027-01-31), not {value!r}")
        if isinstance(value, datetime.datetime):
            return value.date()
        if value is not None and not isinstance(value, datetime.date):
            self.fail(f"{key} must be a date (2027-01-31), not {value!r}")
        return value


__all__ = ["BadSettings", "BrokenToml", "Settings", "load_settings", "names_of_checks", "unknown"]
