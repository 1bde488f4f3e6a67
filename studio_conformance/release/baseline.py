"""An earlier release of a pack: how it is asked for, what is known before it is loaded."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from studio_conformance.packs import (
    BrokenToml,
    Target,
    UnusablePack,
    cause,
    check_is_pack,
    project_name,
)
from studio_conformance.release.interface import Interface
from studio_conformance.release.versions import parsed

FILES = (".json", ".jsonl")


class BadBaseline(ValueError):
    """The baseline can't be used; the message says why and what would be right."""


@dataclass
class Earlier:
    """An earlier release that was found, or the reason why there is none.

    Either ``interface`` says what it offers, or ``path`` is a folder or file to be described.
    """

    source: str
    """How to name it to a reader: a file, ``git:v1.2.0``, ``pypi:mypack==1.2.0``."""
    name: str | None = None
    version: str | None = None
    interface: Interface | None = None
    path: Path | None = None
    missing: str = ""
    """Why there is no earlier release; empty when there is one."""
    note: str = ""
    """What a reader ought to know of the choice."""
    ending: ExitStack = field(default_factory=ExitStack, repr=False)
    """Removes what was fetched."""

    def close(self) -> None:
        self.ending.close()


def find_earlier(argument: str, pack: Target, cwd: Path) -> Earlier:
    """Find what ``argument`` (FILE, PATH, git:REF or pypi:NAME) names. Raises BadBaseline.

    Nothing of the earlier release runs here. The caller closes what it gets.
    """
    kind, colon, rest = argument.partition(":")
    if kind == "git" and colon:
        from studio_conformance.release.from_git import earlier_in_git

        found = earlier_in_git(rest, pack)
    elif kind == "pypi" and colon:
        from studio_conformance.release.from_pypi import earlier_on_index

        found = earlier_on_index(rest, pack)
    else:
        found = _on_disk(argument, pack, cwd)
    try:
        check_order(found, pack.version)
    except BadBaseline:
        found.close()
        raise
    return found


def _on_disk(argument: str, pack: Target, cwd: Path) -> Earlier:
    try:
        return _at(argument, (cwd / Path(argument).expanduser()).resolve(), pack)
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a circle, an unknown ~user
        raise BadBaseline(f"baseline {argument!r}: {cause(error)}") from None


def _at(argument: str, path: Path, pack: Target) -> Earlier:
    if not path.exists():
        raise BadBaseline(
            f"baseline {argument!r}: no such file or folder (other forms: git:REF, pypi:NAME)"
        )
    if path.is_file() and path.suffix in FILES:
        from studio_conformance.release.from_report import read_interface

        interface = read_interface(path, pack.name)
        return Earlier(argument, interface["name"], interface["version"], interface)
    try:
        name, version = project_name(check_is_pack(path))
    except (UnusablePack, BrokenToml) as error:
        raise BadBaseline(f"baseline {argument!r}: {error}") from None
    return Earlier(argument, name, version, path=path)


def check_order(earlier: Earlier, version: str | None) -> None:
    """Raises BadBaseline when the baseline is not below the version to be released."""
    before, after = parsed(earlier.version), parsed(version)
    if before is not None and after is not None and before >= after:
        raise BadBaseline(
            f"the baseline {earlier.source} is version {earlier.version}, which is not below the "
            f"pack's own {version}: raise the pack's version, or name an earlier release "
            "(studio-conformance diff compares any two)"
        )
