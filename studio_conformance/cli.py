"""The command ``studio-conformance``: everything that is not a pytest run."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import studio_conformance
from studio_conformance import (
    cli_cache,
    cli_describe,
    cli_diff,
    cli_docs,
    cli_doctor,
    cli_init,
    cli_matrix,
    cli_replay,
    cli_report,
    cli_rules,
    cli_verify,
    outcomes,
)
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.reports.lines import shown

COMMANDS = (
    cli_describe,
    cli_diff,
    cli_rules,
    cli_replay,
    cli_report,
    cli_matrix,
    cli_init,
    cli_verify,
    cli_cache,
    cli_doctor,
    cli_docs,
)
EPILOG = "exit status: " + ", ".join(f"{n} {text}" for n, text in outcomes.MEANINGS.items())


class Parser(argparse.ArgumentParser):
    """argparse with our exit status for wrong usage."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(outcomes.USAGE, f"{self.prog}: {message}\n")


def build_parser() -> argparse.ArgumentParser:
    parser = Parser(
        prog="studio-conformance",
        description="Judge node packs for Hanzo Studio and ComfyUI. "
        "Packs are judged by pytest: pytest --studio-pack=PACK",
        epilog=EPILOG,
    )
    version = f"studio-conformance {studio_conformance.__version__}"
    parser.add_argument("--version", action="version", version=version)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in COMMANDS:
        module.add_commands(commands)
    return parser


def _print_anything() -> None:
    """Names of packs hold any character: what the terminal's encoding lacks is spelt out."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; messages go to stderr, what was asked for to stdout."""
    _print_anything()
    arguments = build_parser().parse_args(argv)
    try:
        status: int = arguments.run(arguments, Path.cwd())
    except CommandFailed as failure:
        print(f"studio-conformance: {shown(str(failure))}", file=sys.stderr)
        return failure.status
    except BrokenPipeError:
        # The reader (head, a pager) has seen enough; keep Python from complaining at exit.
        sys.stdout = None
        return outcomes.CLEAN
    return status


if __name__ == "__main__":
    sys.exit(main())
