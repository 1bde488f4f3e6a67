"""What an attack is, and the table of all of them."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

MODULES = ("reading", "reading_natively", "writing", "looking", "network", "processes")
TRUTHS = {
    "token": "the token of a file or of the host is in what the process said",
    "tree": "the files outside are not as they were",
    "listener": "something listening outside heard it",
    "answer": "the host could connect to it",
    "signal": "the host got a signal",
    "frame": "the host got a frame that its worker never sent",
    "value": "the true value is in what the process said",
    "apart": "the process read back a file that isn't there",
}

At = SimpleNamespace
"""What an attacker knows of the arena: paths, numbers and a ``nonce`` to leave behind. No token."""


@dataclass(frozen=True)
class Attack:
    """``run`` returns what it found out. ``truth``: which of ``TRUTHS`` tells whether it worked;
    ``needs``: modules that it uses, or "root", "userns", ... (see ``needs``);
    ``target``: the attribute of ``At`` that it goes for."""

    name: str
    run: Callable[[At], object]
    truth: str
    needs: tuple[str, ...]
    target: str
    module: str


_KNOWN: dict[str, Attack] = {}


def attack(
    truth: str, *needs: str, target: str = "outside"
) -> Callable[[Callable[[At], object]], Callable[[At], object]]:
    """Put a function into the table, under its name."""
    assert truth in TRUTHS

    def keep(function: Callable[[At], object]) -> Callable[[At], object]:
        name, module = function.__name__, function.__module__.rpartition(".")[2]
        assert name not in _KNOWN
        _KNOWN[name] = Attack(name, function, truth, needs, target, module)
        return function

    return keep


@functools.cache
def attacks() -> dict[str, Attack]:
    """All attacks by name, in the order in which they are written."""
    for module in MODULES:
        importlib.import_module(f"attacks.{module}")
    return dict(_KNOWN)


def load(module: str, name: str) -> Attack:
    """One attack, without importing more than its module."""
    importlib.import_module(f"attacks.{module}")
    return _KNOWN[name]
