"""An interface out of a file: a report, an event log, or the interface alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import studio_conformance
from studio_conformance.events import InvalidLog, Log
from studio_conformance.release.baseline import BadBaseline
from studio_conformance.release.interface import INTERFACE_VERSION, Interface

SCHEMA = Path(studio_conformance.__file__).parent / "schemas" / "report.schema.json"


def read_interface(file: Path, name: str | None) -> Interface:
    """The interface in ``file``; of several packs' the one called ``name``. Raises BadBaseline."""
    interfaces = _of_log(file) if file.suffix == ".jsonl" else _of_document(file)
    if not interfaces:
        raise BadBaseline(
            f"baseline {file}: holds no interface of a pack (it needs a report.json or events.jsonl"
            " of a run that loaded the pack, made by this version or a later one)"
        )
    chosen = _chosen(file, interfaces, name)
    _validate(file, chosen)
    return chosen  # type: ignore[return-value]


def _of_log(file: Path) -> list[dict[str, Any]]:
    """The interfaces in a complete log, each with the nodes that come after it."""
    found: dict[str, dict[str, Any]] = {}
    try:
        for event in Log(file):
            inner = {key: each for key, each in event.items() if key not in ("event", "pack")}
            if event["event"] == "interface":
                found[event["pack"]] = {**inner, "nodes": []}
            elif event["event"] == "face" and event["pack"] in found:
                found[event["pack"]]["nodes"].append(inner)
    except (InvalidLog, OSError) as error:
        raise BadBaseline(f"baseline {error}") from None
    return list(found.values())


def _of_document(file: Path) -> list[dict[str, Any]]:
    """The interface that a report holds, or that the file itself is."""
    try:
        value = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadBaseline(f"baseline {file}: can't be read: {error}") from None
    except (ValueError, RecursionError) as error:
        raise BadBaseline(f"baseline {file}: not JSON: {error}") from None
    if not isinstance(value, dict):
        return []
    inner = value if "interface_version" in value else value.get("interface")
    return [inner] if isinstance(inner, dict) and "interface_version" in inner else []


def _chosen(file: Path, found: list[dict[str, Any]], name: str | None) -> dict[str, Any]:
    if len(found) == 1:
        return found[0]
    alike = [each for each in found if plain(str(each.get("name"))) == plain(name or "")]
    if len(alike) != 1:
        names = ", ".join(sorted(str(each.get("name")) for each in found))
        raise BadBaseline(f"baseline {file}: holds several packs ({names}), and none is {name!r}")
    return alike[0]


def plain(name: str) -> str:
    """A name as package indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _validate(file: Path, interface: dict[str, Any]) -> None:
    import jsonschema

    version = interface["interface_version"]
    if version != INTERFACE_VERSION:
        raise BadBaseline(
            f"baseline {file}: interface version {version!r}; this program reads "
            f"{INTERFACE_VERSION}"
        )
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    try:
        jsonschema.validate(interface, {**schema["$defs"]["face"], "$defs": schema["$defs"]})
    except jsonschema.ValidationError as error:
        place = "/".join(map(str, error.absolute_path)) or "the interface"
        raise BadBaseline(f"baseline {file}: {place}: {error.message[:200]}") from None
