"""The API levels a pack can be judged against, as data.

Source of the rules: the v3 API of ComfyUI 0.3.64 (commit a125cd84), of Hanzo Studio 0.3.71 (ComfyUI
0.3.71 renamed) and of the newest ComfyUI; each differing fact is one field here, so that code asks
``level.overlap_rule`` and never compares version numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Brand = Literal["studio", "comfy"]
Mode = Literal["faithful", "strict"]


@dataclass(frozen=True)
class Level:
    """One API level: which host it stands for and how that host behaves.

    ``rank`` orders the levels by age (0.3.64 < 0.3.71 < latest) whatever the brand.
    """

    name: str
    brand: Brand
    rank: int
    host_version: str
    overlap_rule: bool
    """``Schema.validate`` refuses an id used by both an input and an output."""
    output_name_falls_back_to_id: bool
    """An output's name is display name, then id, then io type (else: without the id)."""
    combo_output_is_list: bool
    """``Combo.Output`` has the options list itself as its io type."""
    list_defaults: bool
    """``Schema.inputs/outputs/hidden`` default to fresh lists instead of None."""
    on_load_called: bool
    """The loader awaits ``Extension.on_load`` before ``get_node_list``."""
    v3_combo_checked: bool
    """The server checks that a v3 combo's value is one of its options."""
    dynamic_inputs: bool
    """Autogrow, DynamicCombo, DynamicSlot and a working MatchType exist."""
    multicombo_works: bool
    """A MultiCombo can be queued from the frontend."""
    has_comfy_io: bool
    """``comfy_api.latest.comfy_io`` exists."""
    has_upper_aliases: bool
    """``comfy_api.latest`` exports ``IO`` and ``UI``."""
    dict_return_works: bool
    """``NodeOutput.from_dict`` works, so that a v3 node may return a dict."""


STUDIO_0_3_71 = Level(
    name="studio-0.3.71", brand="studio", rank=1, host_version="0.3.71",
    overlap_rule=True, output_name_falls_back_to_id=False, combo_output_is_list=True,
    list_defaults=False, on_load_called=False, v3_combo_checked=False, dynamic_inputs=False,
    multicombo_works=False, has_comfy_io=False, has_upper_aliases=True, dict_return_works=False,
)  # fmt: skip
COMFY_0_3_64 = Level(
    name="comfy-0.3.64", brand="comfy", rank=0, host_version="0.3.64",
    overlap_rule=True, output_name_falls_back_to_id=False, combo_output_is_list=True,
    list_defaults=False, on_load_called=False, v3_combo_checked=False, dynamic_inputs=False,
    multicombo_works=False, has_comfy_io=True, has_upper_aliases=False, dict_return_works=False,
)  # fmt: skip
COMFY_LATEST = Level(
    name="comfy-latest", brand="comfy", rank=2, host_version="latest",
    overlap_rule=False, output_name_falls_back_to_id=True, combo_output_is_list=False,
    list_defaults=True, on_load_called=True, v3_combo_checked=True, dynamic_inputs=True,
    multicombo_works=True, has_comfy_io=False, has_upper_aliases=True, dict_return_works=True,
)  # fmt: skip

LEVELS: dict[str, Level] = {
    level.name: level for level in (COMFY_0_3_64, STUDIO_0_3_71, COMFY_LATEST)
}
DEFAULT_LEVEL = STUDIO_0_3_71


class UnknownLevel(ValueError):
    """The name is no API level; the message lists those that exist."""


def level_named(name: str) -> Level:
    """Return the level called ``name``.

    Raises UnknownLevel with the known names and the nearest one.
    """
    if name in LEVELS:
        return LEVELS[name]
    from difflib import get_close_matches

    near = get_close_matches(name, LEVELS, n=1, cutoff=0.4)
    hint = f" (did you mean {near[0]!r}?)" if near else ""
    raise UnknownLevel(f"unknown API level {name!r}{hint}; known: {', '.join(LEVELS)}")


# --- what a worker judges by: set once, before anything of a pack is imported -------------------


@dataclass
class Active:
    """The level and mode of this process. A worker serves one pack, so it is process-wide."""

    level: Level = DEFAULT_LEVEL
    mode: Mode = "faithful"


ACTIVE = Active()


def configure(level: str | Level, mode: Mode = "faithful") -> None:
    """Set the level and mode of this process (a worker does it once, before loading the pack)."""
    ACTIVE.level = level_named(level) if isinstance(level, str) else level
    ACTIVE.mode = mode
