"""What all stand-ins have in common: they say what they are."""

from __future__ import annotations

from typing import ClassVar


class Fake:
    """Named as a fake wherever a value is printed: in messages of the pack's, in reports."""

    io_type: ClassVar[str]
    is_fake: ClassVar[bool] = True

    def __repr__(self) -> str:
        return f"<fake {self.io_type}>"
