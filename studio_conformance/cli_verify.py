"""``studio-conformance verify``: whether a certificate holds for a pack and a log."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from studio_conformance import outcomes
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.packs import BrokenToml, UnusablePack, find_pack

SHOWN = 5


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("verify", help="check a certificate against a pack and a log")
    parser.add_argument("certificate", metavar="CERT", type=Path)
    parser.add_argument("pack", nargs="?", metavar="PACK", help="the pack it is to be about")
    parser.add_argument(
        "--log",
        metavar="LOG",
        type=Path,
        help="the event log (default: where CERT says, beside it)",
    )
    parser.set_defaults(run=verify)


def verify(arguments: argparse.Namespace, cwd: Path) -> int:
    """Status 0 when what was compared agrees, 1 when something differs, 4 for no certificate."""
    from studio_conformance.certificate import verify as steps
    from studio_conformance.certificate.contents import shown

    file = cwd / arguments.certificate
    passed_over: list[str] = []
    try:
        certificate = steps.read_certificate(file)
        steps.check_itself(file, certificate)
        compared = ["the certificate itself"]
        if arguments.pack is not None:
            pack = find_pack(arguments.pack, cwd).path
            passed_over = steps.check_pack(certificate, pack).passed_over
            compared.append(f"{len(certificate['contents']['files'])} files of {pack}")
        log = _log(arguments, cwd, file, certificate)
        if log is not None:
            steps.check_log(certificate, log)
            compared.append(f"the log {log}")
    except (steps.CorruptCertificate, UnusablePack, BrokenToml) as error:
        raise CommandFailed(str(error)) from None
    except steps.Broken as difference:
        raise CommandFailed(f"not verified: {difference}", outcomes.FINDINGS) from None
    print("\n".join(steps.lines_about(certificate)))
    print(f"verified: {', '.join(compared)}")
    if passed_over:
        print(f"NOT compared, though there: {_listed([*map(shown, passed_over)])}")
    if arguments.pack is None or log is None:
        missing = [n for n, v in (("the pack", arguments.pack), ("the log", log)) if v is None]
        print(f"NOT compared, because not given: {', '.join(missing)}")
    return outcomes.CLEAN


def _listed(paths: list[str]) -> str:
    """The first of the paths, those first that Python runs code from without being asked."""
    paths.sort(key=lambda path: not path.endswith("__pycache__"))
    more = f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else ""
    run = " (Python runs what is in __pycache__)" if paths[0].endswith("__pycache__") else ""
    return ", ".join(paths[:SHOWN]) + more + run


def _log(
    arguments: argparse.Namespace, cwd: Path, file: Path, certificate: dict[str, Any]
) -> Path | None:
    """The log to compare with; one that merely is not where it was is none, not an error."""
    if arguments.log is not None:
        log: Path = cwd / arguments.log
        return log
    beside = file.parent / certificate["log"]["file"]
    return beside if os.path.isfile(beside) else None  # A name too long is none, not an error.
