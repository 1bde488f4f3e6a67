"""Draw ``docs/report.svg`` anew: ``python docs/report_picture.py`` (needs rich and the package).

Runs the plugin on a faulty pack as it is shipped and keeps what the terminal shows.
"""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).parents[1]
PACK = "packs_under_test/twins/SCHEMA-007/bad"
COMMAND = f"pytest -q --studio-pack={PACK}"


def main() -> None:
    """Run the command in the repository's root and write the picture beside this file."""
    arguments = ["--color=yes", "-p", "no:cacheprovider", *COMMAND.split()[1:]]
    shown = subprocess.run(
        [sys.executable, "-m", "pytest", *arguments], cwd=ROOT, capture_output=True, text=True
    ).stdout
    lines = shown.replace(f"{ROOT}/", "").splitlines()
    start = next(i for i, line in enumerate(lines) if " studio conformance " in line)
    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
    console.print(Text(f"$ {COMMAND}"))
    for line in lines[start:]:
        console.print(Text.from_ansi(line))
    console.save_svg(str(Path(__file__).with_name("report.svg")), title="pytest --studio-pack")


if __name__ == "__main__":
    main()
