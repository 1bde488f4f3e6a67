"""Whether a text is read by a shell, or taken for an option."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from itertools import pairwise

_SHELLS = frozenset({"sh", "bash", "dash", "zsh", "ash", "ksh", "cmd.exe", "cmd", "powershell"})
_SUBSTITUTES = re.compile(r"`|\$[\w({]")
_WRAPPED = ("-c", "/c", "/C", "-Command", "-lc")


def script_of(command: Sequence[str], event: str) -> str | None:
    """What a shell is given to read; None when no shell is asked. ``event``: of the audit hook."""
    if event == "os.system":
        return command[0]
    if os.path.basename(command[0]) not in _SHELLS:
        return None
    return next((b for a, b in pairwise(command) if a in _WRAPPED), None)


def is_read(script: str, text: str) -> bool:
    """Whether the shell reads something in ``text`` as more than a word.

    In single quotes nothing is; in double quotes only ``$`` and the backtick.
    """
    start = script.find(text) if text else -1
    quote, position = "", 0
    while start >= 0 and position < start + len(text):
        mark = script[position]
        if position >= start and _means(script, position, quote):
            return True
        if mark == "\\" and quote != "'":
            position += 1
        elif not quote and mark in "'\"":
            quote = mark
        elif mark == quote:
            quote = ""
        position += 1
    return False


def _means(script: str, position: int, quote: str) -> bool:
    """Whether the character there does something."""
    if quote == "'":
        return False
    if not quote and script[position] in ";|&\n<>":
        return True
    return _SUBSTITUTES.match(script, position) is not None


def is_option(command: Sequence[str], text: str) -> bool:
    """Whether a program that is started without a shell takes the text for an option."""
    for part in command[1:]:
        if part == "--":
            return False
        if part.startswith("-") and part.startswith(text):
            return True
    return False
