"""All report formats: names, files, and how each is made from a log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import import_module
from itertools import chain, count
from pathlib import Path
from typing import Any

from studio_conformance.events import FILE_NAME, Event
from studio_conformance.files import write_chunks
from studio_conformance.reports.facts import Facts, OnlyPack, gather

LONGEST = 60
"""Characters of a folder's name: no more than 240 bytes, in any alphabet."""
Render = Callable[[Iterable[Event], Facts], Iterator[str]]


@dataclass(frozen=True)
class Format:
    """One format. ``module`` is imported when it is asked for."""

    name: str
    file: str
    module: str
    function: str = "render"
    single: bool = False
    """A document of one pack: several packs have a folder each."""

    @property
    def render(self) -> Render:
        module: Any = import_module(f"studio_conformance.reports.{self.module}")
        render: Render = getattr(module, self.function)
        return render


FORMATS = {
    each.name: each
    for each in (
        Format("json", "report.json", "json_report", single=True),
        Format("jsonl", "results.jsonl", "json_lines"),
        Format("junit", "junit.xml", "junit"),
        Format("sarif", "report.sarif", "sarif"),
        Format("markdown", "summary.md", "markdown"),
        Format("badge-svg", "badge.svg", "badge", "render_svg"),
        Format("badge-json", "badge.json", "badge", "render_json"),
        Format("html", "report.html", "html_report"),
    )
}


def write_reports(
    folder: Path, events: Iterable[Event], names: Iterable[str] = tuple(FORMATS)
) -> list[Path]:
    """Write a report of each format. ``events`` are iterated more than once.

    For one pack all lie in ``folder``; of several, what tells of one alone in ``folder/LABEL``
    (see ``folder_names``).
    """
    facts = gather(events)
    written = []
    for name in names:
        form = FORMATS[name]
        for file, mine, about in _documents(folder, form, events, facts):
            write_chunks(file, form.render(mine, about))
            written.append(file)
    return written


def _documents(
    folder: Path, form: Format, events: Iterable[Event], facts: Facts
) -> Iterator[tuple[Path, Iterable[Event], Facts]]:
    if not form.single:
        yield folder / form.file, events, facts
        return
    if len(facts.packs) == 1:
        yield folder / form.file, events, facts
        return
    # What a run of one pack left there would be taken for one of these.
    with suppress(OSError):
        (folder / form.file).unlink()
    parts = _parts(events, facts)
    for label, name in folder_names(facts.packs).items():
        mine = OnlyPack(parts[label], facts, label)
        yield folder / name / form.file, mine, gather(mine)


def _parts(events: Iterable[Event], facts: Facts) -> dict[str, Iterable[Event]]:
    """By pack, events that hold all that concerns it: those in memory are looked at once."""
    if not isinstance(events, Sequence):
        return dict.fromkeys(facts.packs, events)
    parts: dict[str, list[Event]] = {label: [] for label in facts.packs}
    for event in events:
        mine = parts.get(event.get("pack", ""))
        for part in parts.values() if mine is None else (mine,):
            part.append(event)
    return {**parts}


def folder_names(labels: Iterable[str]) -> dict[str, str]:
    """A folder's name for each pack: its label, but for one that names a file beside the folders,
    is too long, or differs by nothing but case from that of another pack."""
    taken = {FILE_NAME, *(form.file for form in FORMATS.values())}
    names: dict[str, str] = {}
    for label in labels:
        start = label[:LONGEST]
        tries = chain([start], (f"{start}_{number}" for number in count(2)))
        names[label] = next(name for name in tries if name.casefold() not in taken)
        taken.add(names[label].casefold())
    return names
