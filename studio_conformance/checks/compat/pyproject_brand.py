"""The web directory is declared in the section that the target host reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.checks._metadata import read_pyproject, table
from studio_conformance.subject import Pack

OTHER = {"studio": "comfy", "comfy": "studio"}


@check(
    "COMPAT-006",
    "pyproject-brand",
    title="The web directory is declared in the section that the target host reads.",
    why=(
        "Hanzo Studio reads [tool.studio] and ComfyUI reads [tool.comfy]: from the other section "
        "nothing is served, so the pack's widgets are missing in the browser."
    ),
    fix="Repeat web under the target's section, or set WEB_DIRECTORY, which both hosts read.",
    level="error",
    scope="pack",
)
def pyproject_brand(pack: Pack) -> Iterator[Violation]:
    data = read_pyproject(pack.path)
    other = OTHER[pack.level.brand]
    if "web" not in table(data, "tool", other):
        raise NotApplicable(f"pyproject.toml has no web directory under [tool.{other}]")
    own = table(data, "tool", pack.level.brand)
    if "web" not in own and pack.description["load"]["web_directory"] is None:
        reads = f"{pack.level.name} reads [tool.{pack.level.brand}]"
        where = _line_of_web(pack.path / "pyproject.toml", f"[tool.{other}]")
        yield Violation(f"web stands under [tool.{other}]; {reads}", where, "web")


def _line_of_web(file: Path, header: str) -> Location:
    """The line of ``web`` below ``header``; the first line when it is written some other way."""
    lines = [line.strip() for line in file.read_text("utf-8", "replace").splitlines()]
    start = lines.index(header) if header in lines else 0
    for number, line in enumerate(lines[start:], start + 1):
        if line.partition("=")[0].strip() == "web":
            return Location(str(file), number)
    return Location(str(file), 1)
