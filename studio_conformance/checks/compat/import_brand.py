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
        names = sorted({str(touch["name"]) for touch in found})
        listed = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        today = found[0]["today"]
        hint = f" ({today} there)" if today else ""
        message = f"{pack.level.name} has no {listed}{hint}"
        yield Violation(message, touch_location(pack, found[0]), top)
