"""The lines of a requirements.txt, as installers read them."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from reference_runtime.environments.requirements import (
    Gathering,
    Origin,
    Remark,
    Requirement,
    parse,
)
from reference_runtime.reading import read_regular

MOST_DEEP = 8
INDEX_OPTIONS = ("--index-url", "--extra-index-url", "--find-links")
SHORT = {"-r": "--requirement", "-c": "--constraint", "-e": "--editable", "-i": "--index-url",
         "-f": "--find-links"}  # fmt: skip
IGNORED = ("--require-hashes", "--prefer-binary", "--trusted-host", "--no-binary", "--only-binary",
           "--use-feature", "--process-dependency-links", "--no-index")  # fmt: skip
"""Options that decide nothing here: no source is built unless the caller allows it."""
_LINK = re.compile(r"(?:(?:git|hg|svn|bzr)\+)?(?:https?|ssh|git|file)(?:\+\w+)?://\S+|git\+\S+")
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_lines(
    file: Path, gathering: Gathering, into: list[Requirement] | None = None, depth: int = 0
) -> None:
    """Take what the lines of ``file`` ask for; ``into``: the list of constraints, for these."""
    text = _text(file, gathering)
    for number, line in _logical_lines(text or ""):
        origin = Origin(str(file), number)
        if line.startswith("-"):
            _option(line, origin, gathering, into, depth)
        elif _is_local(line, file.parent):
            why = "is a folder or file; only packages of an index, and links, are installed"
            gathering.refused.append(Remark(f"{line!r} {why}", origin))
        elif _LINK.fullmatch(line):
            gathering.wanted.append(_link(line, origin))
        else:
            gathering.want(re.split(r"\s--?\w", line, maxsplit=1)[0], origin, into)


def _text(file: Path, gathering: Gathering) -> str | None:
    """The file as text; installers on Windows write UTF-16 with a mark at the beginning."""
    try:
        data = read_regular(file)
        coding = next((name for bom, name in _BOMS if data.startswith(bom)), "utf-8")
        return data.decode(coding)
    except OSError as error:
        gathering.say(f"can't be read: {error.strerror}", Origin(str(file)))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        gathering.say("is not UTF-8", Origin(str(file), line))
    return None


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """(number, text) of each line that says something: joined, without comments."""
    joined, first = "", 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first if joined else number
        joined += re.sub(r"(^|\s)#.*$", "", line)
        if joined.endswith("\\"):
            joined = joined[:-1] + " "
            continue
        if joined.strip():
            yield first, joined.strip()
        joined = ""
    if joined.strip():
        yield first, joined.strip()


def _is_local(line: str, folder: Path) -> bool:
    """Whether the line names a folder or an archive on this disk."""
    name = line.partition("[")[0].strip()
    return name.startswith((".", "/", "~", "file:")) or (
        "/" in name and "://" not in name and "@" not in name and (folder / name).exists()
    )


def _link(line: str, origin: Origin) -> Requirement:
    named = re.search(r"#(?:.*&)?egg=([A-Za-z0-9._-]+)", line)
    if named:
        found = parse(f"{named[1]} @ {line.partition('#')[0]}", origin)
        if isinstance(found, Requirement):
            return found
    return Requirement(line, "", origin, line)


def _option(
    line: str,
    origin: Origin,
    gathering: Gathering,
    into: list[Requirement] | None,
    depth: int,
) -> None:
    name, value = _parted(line)
    if name in ("--requirement", "--constraint"):
        constraints = gathering.constraints if name == "--constraint" else into
        _include(value, origin, gathering, constraints, depth)
    elif name == "--editable":
        why = "is an editable install; only packages of an index, and links, are installed"
        gathering.refused.append(Remark(f"{line!r} {why}", origin))
    elif name in INDEX_OPTIONS:
        _index(name, value, origin, gathering)
    elif name == "--pre":
        gathering.options.append(("--prerelease=allow", origin))
    elif name not in IGNORED:
        gathering.say(f"{line!r} is an option that no installer knows", origin)


def _parted(line: str) -> tuple[str, str]:
    """The option's long name and its value: ``-rfile``, ``-r file``, ``--requirement=file``."""
    if not line.startswith("--"):
        return SHORT.get(line[:2], line[:2]), line[2:].strip(" =")
    name, _, value = re.sub(r"[=\s]+", " ", line, count=1).partition(" ")
    return name, value.strip()


def _index(name: str, value: str, origin: Origin, gathering: Gathering) -> None:
    if re.match(r"https?://\S+$", value):
        gathering.options.append((f"{name}={value}", origin))
    else:
        why = "is no address of the web; packages from this disk are not installed"
        gathering.refused.append(Remark(f"{name} {value!r} {why}", origin))


def _include(
    value: str,
    origin: Origin,
    gathering: Gathering,
    into: list[Requirement] | None,
    depth: int,
) -> None:
    """Read a further file that a line names; it must lie inside the pack."""
    file = (Path(origin.file).parent / value).resolve()
    if depth >= MOST_DEEP:
        gathering.say(f"{value!r} is included more than {MOST_DEEP} deep", origin)
    elif not file.is_relative_to(gathering.root.resolve()):
        gathering.say(f"{value!r} lies outside the pack", origin)
    elif not file.is_file():
        gathering.say(f"{value!r} is not there", origin)
    else:
        gathering.files.append(str(file))
        read_lines(file, gathering, into, depth + 1)
