"""``comfy.options``: whether the host reads its command line. It never does here."""

from __future__ import annotations

args_parsing = False


def enable_args_parsing(enable: bool = True) -> None:
    """Accepted; there is no command line to parse."""
    global args_parsing
    args_parsing = enable
