"""The end of a run that is to end in a certificate."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from studio_conformance.certificate.build import Written, build_certificate, refusal, to_text
from studio_conformance.certificate.contents import Uncoverable, read_contents
from studio_conformance.certificate.mode import Certifying
from studio_conformance.events import Event, write_events
from studio_conformance.files import write_text
from studio_conformance.outcomes import CLEAN, NOT_CERTIFIED


def settle(asked: Certifying, pack: Path, events: Sequence[Event]) -> str | None:
    """Why there is no certificate, or None. A run that is green without one is not green."""
    why = refusal(events) or _changed(asked, pack)
    if why is not None and events[-1]["exit_status"] == CLEAN:
        events[-1]["exit_status"] = NOT_CERTIFIED
    return why


def _changed(asked: Certifying, pack: Path) -> str | None:
    """Whether the pack is another one than that which was loaded."""
    try:
        difference = asked.contents.first_difference(read_contents(pack, asked.left_out))
    except (Uncoverable, OSError) as error:
        difference = str(error)
    return None if difference is None else f"the pack changed during the run: {difference}"


def issue(asked: Certifying, events: Sequence[Event], why: str | None) -> str:
    """Write the certificate, unless there is a reason against it; a line about it.

    The log is written where no report holds it already.
    """
    if not asked.reported:
        write_events(asked.log, events)
    if why is not None:
        earlier = f"; {asked.file} is of an earlier run" if asked.file.exists() else ""
        return f"no certificate: {why}{earlier}"
    written = Written(asked.file, asked.log, asked.left_out)
    write_text(asked.file, to_text(build_certificate(events, written, asked.contents)))
    return f"certificate: {asked.file} (log: {asked.log})"
