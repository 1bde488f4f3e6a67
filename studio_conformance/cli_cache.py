"""``studio-conformance cache``: the environments that were built for packs."""

from __future__ import annotations

import argparse
import json
import re
import time
from pathlib import Path
from typing import Any

from reference_runtime.environments.store import MOST_BYTES, MOST_DAYS, ROOT, Entry, Store
from studio_conformance import outcomes

UNITS = {"": 1, "K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def add_commands(commands: Any) -> None:
    cache = commands.add_parser("cache", help="list or remove environments built for packs")
    cache.description = f"The folder is another one where {ROOT} names it."
    actions = cache.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", help="what is there, the longest unused first")
    listing.add_argument("--format", choices=("table", "json"), default="table")
    listing.set_defaults(run=print_entries)
    prune = actions.add_parser("prune", help="remove what is old, then what is too much")
    prune.add_argument(
        "--days", type=_days, default=MOST_DAYS, help="unused for this long (default: 30)"
    )
    prune.add_argument(
        "--size", type=_size, default=MOST_BYTES, help="all together, e.g. 5G (default: 20G)"
    )
    prune.set_defaults(run=prune_entries)
    actions.add_parser("clear", help="remove all of it").set_defaults(run=clear)


def print_entries(arguments: argparse.Namespace, cwd: Path) -> int:
    store = Store()
    entries = store.entries()
    if arguments.format == "json":
        print(json.dumps([_as_data(entry) for entry in entries], indent=2))
        return outcomes.CLEAN
    for entry in entries:
        print(_line(entry))
    total = sum(entry.bytes for entry in entries)
    print(f"{_many(len(entries))}, {told_size(total)}, in {store.root}")
    return outcomes.CLEAN


def prune_entries(arguments: argparse.Namespace, cwd: Path) -> int:
    store = Store()
    removed = store.prune(arguments.days, arguments.size)
    for entry in removed:
        print(f"removed {_line(entry)}")
    freed = sum(entry.bytes for entry in removed)
    print(f"{_many(len(removed))} removed, {told_size(freed)}; {_many(len(store.entries()))} left")
    return outcomes.CLEAN


def clear(arguments: argparse.Namespace, cwd: Path) -> int:
    """Remove everything that nobody uses now, and say what stays."""
    store = Store()
    store.prune(days=-1.0, most_bytes=0)
    left = store.entries()
    for entry in left:
        print(f"in use, stays: {_line(entry)}")
    print(f"{_many(len(left))} left in {store.root}")
    return outcomes.CLEAN


def _as_data(entry: Entry) -> dict[str, Any]:
    plan = entry.facts["plan"]
    return {
        "key": entry.key,
        "path": str(entry.path),
        "bytes": entry.bytes,
        "used": entry.used,
        "python": plan["python"]["version"],
        "wanted": plan["wanted"],
        "installed": entry.facts["installed"],
        "lent": {name: version for name, version, _ in plan["lent"]},
    }


def _line(entry: Entry) -> str:
    plan = entry.facts["plan"]
    days = max(0.0, time.time() - entry.used) / 86400
    wanted = ", ".join(plan["wanted"]) or "nothing"
    shown = wanted if len(wanted) <= 60 else f"{wanted[:59]}…"
    size, python = told_size(entry.bytes), plan["python"]["version"]
    return f"{entry.key[:12]}  {size:>8}  unused {days:.0f} days  python {python}  {shown}"


def told_size(size: float) -> str:
    """``78.0 MB``, in steps of 1000."""
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"


def _many(number: int) -> str:
    return f"{number} environment" if number == 1 else f"{number} environments"


def _size(text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(?:i?B)?", text.strip(), re.IGNORECASE)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size; write 500M or 5G")
    return int(float(found[1]) * UNITS[found[2].upper()])


def _days(text: str) -> float:
    try:
        days = float(text)
    except ValueError:
        days = -1.0
    if not 0 <= days < 1e6:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days")
    return days
