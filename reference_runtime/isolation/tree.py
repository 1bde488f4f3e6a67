"""The processes that descend from one, as Linux shows them: how many, and how much memory."""

from __future__ import annotations

import os

MAX_SEEN = 10_000


def descendants(pid: int) -> list[int]:
    """``pid`` and all its descendants that live, parents first; only ``pid`` where the system does
    not tell."""
    found: list[int] = []
    todo = [pid]
    while todo and len(found) < MAX_SEEN:
        each = todo.pop(0)
        found.append(each)
        todo += _children(each)
    return found


def _children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        tasks = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return found
    for task in tasks:
        try:
            with open(f"/proc/{pid}/task/{task}/children", encoding="ascii") as listed:
                found += map(int, listed.read().split())
        except OSError:
            continue
    return found


def resident_bytes(pid: int) -> int:
    """Resident memory of a process; 0 where the system does not tell."""
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


def tree_bytes(pids: list[int], limit: int) -> int:
    """Resident memory of the processes together.

    Pages that they share are told once, by a slower count that is made only where the quick one
    is above ``limit``.
    """
    quick = sum(map(resident_bytes, pids))
    if quick <= limit or len(pids) == 1:
        return quick
    return sum(_own_share(pid) for pid in pids)


def _own_share(pid: int) -> int:
    """What a process holds, shared pages divided by who shares them."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii", errors="replace") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass
    return resident_bytes(pid)
