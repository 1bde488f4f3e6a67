"""How a command ends early."""

from __future__ import annotations

from studio_conformance import outcomes


class CommandFailed(Exception):
    """A command can't do what was asked; the message is one clear line."""

    def __init__(self, message: str, status: int = outcomes.USAGE) -> None:
        super().__init__(message)
        self.status = status
