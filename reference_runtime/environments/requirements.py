"""What a pack says it needs, from all the files in which it may say so, with file and line.

``[project] dependencies`` of pyproject.toml, requirements.txt, and the manifests of pyisolate
(pyisolate.yaml, manifest.yaml, ``[tool.studio.isolation]``, ``[tool.comfy.isolation]``). All of
them together count: which one an installer reads depends on the installer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

MANIFESTS = ("pyisolate.yaml", "manifest.yaml")


@dataclass(frozen=True)
class Origin:
    """Where something is said: an absolute path, and a line from 1 on where it is known."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


@dataclass(frozen=True)
class Requirement:
    """One distribution that is needed. ``text`` is its normal form (PEP 508), or a bare link."""

    text: str
    name: str
    """As indexes compare names; empty for a link that names none."""
    origin: Origin
    link: str | None = None
    """What follows ``@``, or the bare link; None for what comes from an index."""


@dataclass(frozen=True)
class Remark:
    """Something said about what can't be used, or can't be understood, and where."""

    message: str
    origin: Origin

    def __str__(self) -> str:
        return f"{self.origin}: {self.message}"


class BadRequirements(ValueError):
    """Files of the pack can't be understood; ``problems`` tells each place, the message all."""

    def __init__(self, problems: Iterable[Remark]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(map(str, self.problems)))


@dataclass(frozen=True)
class Requirements:
    """All that decides what is installed for a pack."""

    wanted: tuple[Requirement, ...] = ()
    constraints: tuple[Requirement, ...] = ()
    options: tuple[tuple[str, Origin], ...] = ()
    """Options for an installer: other indexes, pre-releases."""
    refused: tuple[Remark, ...] = ()
    """Lines that are never installed, and why: folders, editable installs."""
    python: str | None = None
    """Versions of Python as a specifier (">=3.10", "==3.10.*"); None: not said."""
    python_origin: Origin | None = None
    share_torch: bool = True
    """Whether the pack takes the torch of its host; it does unless it says otherwise."""
    files: tuple[str, ...] = ()
    """Files that were read."""


@dataclass
class Gathering:
    """Requirements while they are read. ``say`` reports what can't be understood, ``at`` where."""

    root: Path
    wanted: list[Requirement] = field(default_factory=list)
    constraints: list[Requirement] = field(default_factory=list)
    options: list[tuple[str, Origin]] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    pythons: list[tuple[str, Origin]] = field(default_factory=list)
    share_torch: bool = True
    files: list[str] = field(default_factory=list)

    def say(self, message: str, origin: Origin) -> None:
        self.problems.append(Remark(message, origin))

    def want(self, text: object, origin: Origin, into: list[Requirement] | None = None) -> None:
        """Take a requirement (PEP 508), or report why it is none."""
        if not isinstance(text, str):
            return self.say(f"{text!r} is no requirement: it must be a text", origin)
        requirement = parse(text, origin)
        if isinstance(requirement, Remark):
            self.problems.append(requirement)
        else:
            (self.wanted if into is None else into).append(requirement)

    def want_python(self, value: object, origin: Origin) -> None:
        """Take a Python version ("3.10") or a specifier (">=3.10"), or report why it is none."""
        from packaging.specifiers import InvalidSpecifier, SpecifierSet

        text = str(value).strip() if isinstance(value, (str, int, float)) else ""
        if re.fullmatch(r"\d+(\.\d+){0,2}", text):
            text = f"=={text}" if text.count(".") == 2 else f"=={text}.*"
        try:
            self.pythons.append((str(SpecifierSet(text)), origin))
        except InvalidSpecifier:
            self.say(f"{value!r} is no version of Python; write '3.10' or '>=3.10'", origin)

    def result(self) -> Requirements:
        if self.problems:
            raise BadRequirements(self.problems)
        return Requirements(
            wanted=tuple(dict.fromkeys(self.wanted)),
            constraints=tuple(dict.fromkeys(self.constraints)),
            options=tuple(self.options),
            refused=tuple(self.refused),
            python=",".join(sorted({text for text, _ in self.pythons if text})) or None,
            python_origin=self.pythons[0][1] if self.pythons else None,
            share_torch=self.share_torch,
            files=tuple(dict.fromkeys(self.files)),
        )


def parse(text: str, origin: Origin) -> Requirement | Remark:
    """A requirement in its normal form; a remark when it is none."""
    from packaging.requirements import InvalidRequirement
    from packaging.requirements import Requirement as Pep508

    try:
        found = Pep508(text)
    except InvalidRequirement as error:
        why = str(error).partition("\n")[0]
        return Remark(f"{text.strip()!r} is no requirement: {why}", origin)
    return Requirement(str(found), normalised(found.name), origin, found.url)


def normalised(name: str) -> str:
    """A distribution's name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def read_requirements(pack: Path) -> Requirements:
    """What the pack (a folder; a single file needs nothing) says it needs.

    Raises BadRequirements with every line that can't be understood.
    """
    from reference_runtime.environments.manifests import read_manifest, read_pyproject
    from reference_runtime.environments.requirement_lines import read_lines

    gathering = Gathering(pack)
    readers: dict[str, Callable[[Path, Gathering], None]] = {
        "pyproject.toml": read_pyproject,
        "requirements.txt": read_lines,
        **dict.fromkeys(MANIFESTS, read_manifest),
    }
    for name, read in readers.items():
        file = pack / name
        if pack.is_dir() and file.is_file():
            gathering.files.append(str(file))
            read(file, gathering)
    return gathering.result()
