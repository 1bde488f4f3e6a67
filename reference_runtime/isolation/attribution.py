"""Who did it: the pack's line behind something that happens now.

What a third-party library does while it is being imported is not the pack's doing: the import
system's frames then stand between the event and the innermost frame of the pack. What a library
does when the pack calls it is. What our own stand-ins do is nobody's.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from reference_runtime.touches import LOG

_OURS = str(Path(__file__).resolve().parents[1])
_SEERS = (
    str(Path(__file__).resolve().parent),
    str(Path(__file__).resolve().parents[1] / "escapes"),
)
"""Where audit hooks are: they stand on the stack of whatever they see."""
_IMPORT_SYSTEM = "<frozen importlib"
_LOOKUPS = ("/ctypes/util.py", "/platform.py", "/_osx_support.py", "/sysconfig.py")
"""Library modules that start compilers and ``uname`` to learn about the machine."""


@dataclass(frozen=True)
class Cause:
    """The innermost line of the pack on the stack.

    ``library``: an imported library did it by itself; ``lookup``: the standard library did, to
    learn about the machine; ``ours``: a stand-in of ours did.
    """

    file: str
    line: int
    library: bool
    lookup: bool
    ours: bool

    @property
    def own(self) -> bool:
        """Whether the pack is to blame."""
        return not (self.library or self.lookup or self.ours)


def cause() -> Cause | None:
    """The cause of what happens now; None when no frame of the pack is on this thread's stack."""
    library = lookup = ours = False
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if LOG.is_pack_file(file):
            return Cause(file, frame.f_lineno, library, lookup, ours)
        library = library or file.startswith(_IMPORT_SYSTEM)
        lookup = lookup or file.endswith(_LOOKUPS)
        ours = ours or (file.startswith(_OURS) and not file.startswith(_SEERS))
        frame = frame.f_back
    return None
