"""Whether requirements can be had together: what is installed proves it, else uv is asked.

Nothing is installed, and no source is built: only what an index tells about packages is used.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from reference_runtime.environments.errors import CannotBuild, Unsolvable
from reference_runtime.environments.interpreters import this_interpreter
from reference_runtime.environments.lending import FAMILY
from reference_runtime.environments.requirements import Requirement, normalised
from reference_runtime.environments.uv import find_uv, settings

HOST_SET = (
    "aiohttp", "alembic", "av", "einops", "kornia", "numpy", "pillow", "psutil", "pydantic",
    "pydantic-settings", "pyyaml", "requests", "safetensors", "scipy", "sentencepiece", "spandrel",
    "sqlalchemy", "tokenizers", "torchsde", "tqdm", "transformers", "yarl",
)  # fmt: skip
"""Distributions that the host installs for itself, besides the torch family."""


class SourceOnly(CannotBuild):
    """Whether it can be had together is only known after building a source, which nobody does."""


def counting(wanted: Iterable[Requirement]) -> list[Requirement]:
    """Those that count on this platform and come from an index."""
    from packaging.requirements import Requirement as Pep508

    named = [r for r in wanted if not r.link]
    markers = [(r, Pep508(r.text).marker) for r in named]
    return [r for r, marker in markers if marker is None or marker.evaluate({"extra": ""})]


def host_versions(names: Sequence[str]) -> dict[str, str]:
    """Which of these distributions of the host are installed here, and their versions."""
    found = {name: _version(name) for name in names}
    return {name: version for name, version in found.items() if version}


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def is_installed(requirement: Requirement) -> bool:
    """Whether this environment satisfies it as it stands."""
    from packaging.requirements import Requirement as Pep508

    found = Pep508(requirement.text)
    version = _version(found.name)
    return version is not None and not found.extras and found.specifier.contains(version, True)


def host_pins() -> list[str]:
    """The host's own packages at their versions here; builds that no index has are left out."""
    versions = host_versions(HOST_SET).items()
    return [f"{name}=={version}" for name, version in versions if "+" not in version]


def _holds(constraint: str) -> bool:
    """Whether what is installed keeps to it."""
    from packaging.requirements import Requirement as Pep508

    found = Pep508(constraint)
    version = _version(found.name)
    return version is None or found.specifier.contains(version, True)


def check_together(
    wanted: Iterable[Requirement],
    constraints: Iterable[str] = (),
    options: Iterable[str] = (),
    python: str | None = None,
) -> None:
    """Return when all can be installed together; the torch family counts as the host's.

    ``python``: path of the interpreter to resolve for. Raises Unsolvable with the solver's
    explanation, SourceOnly, MachineLacks (no uv, no index) and CannotBuild.
    """
    counted = [r for r in counting(wanted) if r.name not in FAMILY]
    ours = this_interpreter().path
    limits = tuple(constraints)
    if python in (None, ours) and all(map(is_installed, counted)) and all(map(_holds, limits)):
        return  # what is installed is the proof
    texts = tuple(sorted({r.text for r in counted}))
    found = _solve(texts, limits, tuple(options), python or ours, tuple(settings().items()))
    if found is not None:
        raise found


@functools.lru_cache(maxsize=256)
def _solve(
    wanted: tuple[str, ...],
    constraints: tuple[str, ...],
    options: tuple[str, ...],
    python: str,
    settings: tuple[tuple[str, str], ...],
) -> CannotBuild | None:
    """What uv says against it; asked once in a process, and again with other ``settings``."""
    try:
        with tempfile.TemporaryDirectory(prefix="studio-conformance-") as name:
            _ask(Path(name), wanted, constraints, options, python)
    except CannotBuild as refused:
        return _source_only(refused)
    return None


def _ask(
    folder: Path,
    wanted: tuple[str, ...],
    constraints: tuple[str, ...],
    options: tuple[str, ...],
    python: str,
) -> None:
    files = {"requirements": wanted, "constraints": constraints, "excludes": FAMILY}
    for name, lines in files.items():
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["pip", "compile", "requirements.txt", "--constraints", "constraints.txt"]
    arguments += ["--excludes", "excludes.txt", "--python", python, "--no-build", "--no-header"]
    find_uv().run([*arguments, *options], folder, "resolving what is needed")


def _source_only(refused: CannotBuild) -> CannotBuild:
    if isinstance(refused, Unsolvable) and "no usable wheels" in refused.explanation:
        return SourceOnly(refused.explanation)
    return refused


def named_in(wanted: Iterable[Requirement], explanation: str) -> list[Requirement]:
    """The requirements that an explanation is about; all of them when it names none."""
    names = {normalised(name) for name in re.findall(r"[A-Za-z0-9][\w.-]*\w|\w", explanation)}
    known = list(wanted)
    return [r for r in known if r.name in names] or known
