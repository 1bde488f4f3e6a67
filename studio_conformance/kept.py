"""Inputs of findings that are kept from run to run, so that a finding's id is enough to replay it.

One JSON file for each pack, in pytest's cache or beside the report; and what can be replayed in an
event log, a report or a file with one finding.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reference_runtime.exercise.facts import Case
from studio_conformance.events import InvalidLog, Log
from studio_conformance.files import write_text

if TYPE_CHECKING:
    import pytest

MAX_KEPT = 2_000


class NoSuchFinding(LookupError):
    """There is nothing to replay; the message says what to do."""


@dataclass(frozen=True)
class Replay:
    """A finding that is to be judged again, on the input it was seen on."""

    id: str
    code: str
    node: str
    case: Case


def folder_for_inputs(config: pytest.Config) -> Path | None:
    """In pytest's cache; None where that is switched off."""
    cache = getattr(config, "cache", None)
    return None if cache is None else Path(cache.mkdir("studio-conformance"))


def journal_file(folder: Path, pack: Path) -> Path:
    """Where inputs of this pack are written down before they are run."""
    return folder / f"{_name(pack)}.journal.jsonl"


def kept_file(folder: Path, pack: Path) -> Path:
    return folder / f"{_name(pack)}.findings.json"


def _name(pack: Path) -> str:
    """Readable, and different for packs of one name in two places."""
    place = hashlib.blake2b(str(pack).encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()
    return f"{pack.stem}-{place}"


def keep(file: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add the rows that have an input to those of earlier runs."""
    found = {row["id"]: _entry(row) for row in rows if row["example"] is not None}
    if not found:
        return
    before = {name: entry for name, entry in _read(file).items() if name not in found}
    kept = dict([*before.items(), *found.items()][-MAX_KEPT:])
    write_text(file, json.dumps(kept, indent=1) + "\n")


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"code": row["code"], "node": row["node"], "example": row["example"]}


def _read(file: Path) -> dict[str, Any]:
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return kept if isinstance(kept, dict) else {}


def recall(file: Path, identity: str) -> Replay:
    """The finding with this id. Raises NoSuchFinding."""
    entry: Any = _read(file).get(identity)
    try:
        found = Replay(identity, entry["code"], entry["node"], entry["example"]["case"])
        _check_shape({}, found)
    except (LookupError, TypeError):
        raise NoSuchFinding(
            f"no input is kept for a finding {identity!r}: run the pack once without "
            "--studio-replay, or give a report to studio-conformance replay"
        ) from None
    return found


def replays_in(file: Path) -> Iterator[tuple[dict[str, Any], Replay]]:
    """What a file can replay, each with what is said about its pack: ``path``, ``api_level`` and
    ``mode`` (empty where the file does not tell).

    Raises NoSuchFinding when the file is none of ours.
    """
    text = file.read_text(encoding="utf-8")
    try:
        for about, replay in _entries(file, text):
            _check_shape(about, replay)
            yield about, replay
    except NoSuchFinding:
        raise
    except RecursionError:
        raise NoSuchFinding("it is nested too deeply") from None
    except (LookupError, TypeError, AttributeError) as error:
        told = f"{type(error).__name__}: {error}"
        raise NoSuchFinding(f"it is not of the shape of a report or log: {told}") from None


def _entries(file: Path, text: str) -> list[tuple[dict[str, Any], Replay]]:
    try:
        whole = json.loads(text)
    except ValueError:
        return _of_log(file)
    return _of_document(whole)


SHAPE: dict[str, type] = {
    "path": str, "api_level": str, "mode": str, "fakes": bool, "isolation": dict,
    "id": str, "code": str, "node": str, "case": dict,
}  # fmt: skip


def _check_shape(about: dict[str, Any], replay: Replay) -> None:
    """Raises TypeError where a value is not of the type that everything after this takes for
    granted."""
    told = {name: value for name, value in about.items() if value is not None}
    for name, value in {**told, **vars(replay)}.items():
        if not isinstance(value, SHAPE[name]):
            raise TypeError(f"{name} can't be {value!r:.60}")
    if not isinstance(replay.case["inputs"], dict):
        raise TypeError("inputs must be an object")


def _of_document(whole: Any) -> list[tuple[dict[str, Any], Replay]]:
    """A report, or one finding by itself."""
    if isinstance(whole, dict) and "results" in whole:
        about = {
            "path": whole["pack"]["path"],
            "api_level": whole["pack"]["api_level"],
            "mode": whole["environment"]["mode"],
            "fakes": whole["environment"]["fakes"],
            "isolation": whole["environment"]["isolation"],
        }
        return [(about, replay) for replay in map(_replay, whole["results"]) if replay is not None]
    replay = _replay(whole) if isinstance(whole, dict) else None
    if replay is None:
        raise NoSuchFinding("the file holds neither a report nor a finding with an input")
    return [({}, replay)]


def _of_log(file: Path) -> list[tuple[dict[str, Any], Replay]]:
    """An event log. Raises NoSuchFinding when it is none, or cut or changed."""
    found: list[tuple[dict[str, Any], Replay]] = []
    packs: dict[str, dict[str, Any]] = {}
    try:
        for event in Log(file):
            if event["event"] == "pack":
                packs[event["pack"]] = {
                    name: event[name]
                    for name in ("path", "api_level", "mode", "fakes", "isolation")
                }
            replay = _replay(event) if event["event"] == "result" else None
            if replay is not None:
                found.append((packs.get(event["pack"], {}), replay))
    except InvalidLog as error:
        raise NoSuchFinding(str(error)) from None
    return found


def _replay(row: Mapping[str, Any]) -> Replay | None:
    example = row.get("example")
    if not example or not row.get("node"):
        return None
    return Replay(row["id"], row["code"], row["node"], example["case"])
