"""Run all attacks and print what became of each: ``python table.py``.

One line an attack: without a sandbox, then per user and variant how it ended, then the layers that
caught it in any of them. "ESCAPED" marks an effect. Takes about a minute on two idle cores.
"""

from __future__ import annotations

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1]), str(Path(__file__).parents[4])]

from attacks.catalogue import attacks  # noqa: E402
from attacks.running import USERS, VARIANTS, Machine, Result, machine, warm  # noqa: E402
from reference_runtime.sandbox import bubblewrap  # noqa: E402

KEYS = tuple((user, variant) for variant in VARIANTS for user in USERS)
TITLES = {"plain": "", "wrapped": " + bubblewrap"}


def ending(result: Result) -> str:
    """How an attack ended, in a word or two."""
    if result["skipped"]:
        return f"({result['skipped'].partition(':')[0]})"
    if result["effects"]:
        return f"ESCAPED ({', '.join(result['effects'])})"
    return "no effect" if result["outcome"] == "done" else str(result["outcome"])


def possible(here: Machine) -> list[tuple[str, str]]:
    """The users and variants that this machine can show."""
    found = []
    for user, variant in KEYS:
        if variant == "wrapped" and bubblewrap.refusal() is not None:
            continue
        try:
            here.host(user)
        except LookupError:
            continue
        found.append((user, variant))
    return found


def rows(here: Machine, keys: list[tuple[str, str]]) -> list[list[str]]:
    """The table with its header."""
    free = here.results("user", "none")
    caught = [here.caught(*key) for key in keys]
    titles = [user + TITLES[variant] for user, variant in keys]
    table = [["attack", "hook", "without a sandbox", *titles, "caught by"]]
    for name in attacks():
        bare = free[name]
        layers = dict.fromkeys(layer for by in caught for layer in by.get(name, []))
        told = [ending(here.results(*key)[name]) for key in keys]
        hook = bare.get("hook") or "blind"
        table.append([name, hook, ", ".join(bare.get("effects", [])) or ending(bare), *told,
                      ", ".join(layers) or "NOTHING"])  # fmt: skip
    return table


def text(table: list[list[str]]) -> str:
    """The table in Markdown."""
    lines = ["| " + " | ".join(row) + " |" for row in table]
    return "\n".join([lines[0], "|" + "---|" * len(table[0]), *lines[1:]])


def sums(here: Machine, keys: list[tuple[str, str]]) -> str:
    """Per variant: how many had an effect, and what the sandbox says of itself."""
    told = []
    for user, variant in keys:
        results = [r for r in here.results(user, variant).values() if not r["skipped"]]
        holes = [r["name"] for r in results if r["effects"]]
        line = next((r["line"] for r in results), "not enforced")
        told.append(f"{user}{TITLES[variant]}: {len(holes)} of {len(results)} had an effect"
                    f"{': ' + ', '.join(holes) if holes else ''}\n  {line}")  # fmt: skip
    return "\n".join(told)


def main() -> None:
    with machine() as here:
        keys = possible(here)
        warm(here, [("user", "none"), *keys])
        print(text(rows(here, keys)))
        print()
        print(sums(here, keys))


if __name__ == "__main__":
    main()
