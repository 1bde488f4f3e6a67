"""An interface out of a file: a report, an event log, or the interface alone."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import studio_conformance
from studio_conformance.release.baseline import BadBaseline
from studio_conformance.release.interface import INTERFACE_VERSION, Interface

SCHEMA = Path(studio_conformance.__file__).parent / "schemas" / "events.schema.json"


def read_interface(file: Path, name: str | None) -> Interface:
    """The interface in ``file``; of several packs' the one called ``name``. Raises BadBaseline."""
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadBaseline(f"baseline {file}: can't be read: {error}") from None
    found = [_unwrapped(each) for each in _values(file, text)]
    interfaces = [each for each in found if each is not None]
    if not interfaces:
        raise BadBaseline(
            f"baseline {file}: holds no interface of a pack (it needs a report.json or events.jsonl"
            " of a run that loaded the pack, made by this version or a later one)"
        )
    chosen = _chosen(file, interfaces, name)
    _validate(file, chosen)
    return chosen  # type: ignore[return-value]


def _values(file: Path, text: str) -> list[Any]:
    try:
        if file.suffix == ".jsonl":
            return [json.loads(line) for line in text.splitlines() if line.strip()]
        return [json.loads(text)]
    except (ValueError, RecursionError) as error:
        raise BadBaseline(f"baseline {file}: not JSON: {error}") from None


def _unwrapped(value: Any) -> dict[str, Any] | None:
    """The interface that a report, an event or the value itself is."""
    if not isinstance(value, dict):
        return None
    inner = value if "interface_version" in value else value.get("interface")
    if not isinstance(inner, dict) or "interface_version" not in inner:
        return None
    return {key: each for key, each in inner.items() if key not in ("event", "pack")}


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
