"""The modules the pack imports exist under that name on the target host."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.checks._evidence import touch_location, touches
from studio_conformance.subject import Pack


@check(
    "COMPAT-005",
    "import-brand",
    title="The pack uses its target host's own module and member names.",
    why=(
        "Hanzo Studio has studio_api, studio and studio_execution where ComfyUI has comfy_api, "
        "comfy and comfy_execution, and neither has the other's: the import fails, and the pack "
        "is not loaded."
    ),
    fix=(
        "Import in one place: try the one brand, and the other in except ImportError. Or say in "
        "pyproject.toml which host the pack is for (api in [tool.studio-conformance])."
    ),
    level="error",
    scope="pack",
)
def import_brand(pack: Pack) -> Iterator[Violation]:
    groups: dict[str, list[dict[str, str | None]]] = {}
    for touch in touches(pack, "brand"):
        groups.setdefault(touch["name"].partition(".")[0], []).append(touch)
    for top, found in groups.items():
        names = {str(touch["name"]): touch["today"] for touch in found}
        inner = [n for n in names if not any(other.startswith(f"{n}.") for other in names)]
        listed = ", ".join(_with_today(name, names[name]) for name in sorted(inner)[:4])
        more = f" and {len(inner) - 4} more" if len(inner) > 4 else ""
        message = f"{pack.level.name} has no {listed}{more}"
        yield Violation(message, touch_location(pack, found[0]), top)


def _with_today(name: str, today: str | None) -> str:
    return f"{name} (there: {today})" if today else name
