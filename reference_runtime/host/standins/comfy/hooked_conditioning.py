"""The functions of ``comfy.hooks`` that put hooks, masks and times on conditioning. All real.

A conditioning is a list of pairs of a tensor and a dict; it is never changed in place. Source of
the rules: behaviour of ComfyUI 0.3.64.
"""

from __future__ import annotations

from typing import Any

from reference_runtime.host.standins.node_helpers import conditioning_set_values

Conditioning = list[Any]
Cache = dict[tuple[Any, Any], Any]
"""The group that came of combining two, by both: hooks of one call stay shared."""


def conditioning_set_values_with_hooks(
    conditioning: Conditioning,
    values: dict[str, Any] | None = None,
    append_hooks: bool = True,
    cache: Cache | None = None,
) -> Conditioning:
    """As ``conditioning_set_values``, but hooks are added to those that are there already."""
    cache = {} if cache is None else cache
    made = []
    for pair in conditioning:
        options = pair[1].copy()
        for key, value in (values or {}).items():
            if append_hooks and key == "hooks":
                value = _combined(options.get(key), value, cache)
                if value is None:
                    continue
            options[key] = value
        made.append([pair[0], options])
    return made


def _combined(before: Any, added: Any, cache: Cache) -> Any:
    if before is None or added is None:
        return before if added is None else added
    if (before, added) not in cache:
        cache[before, added] = before.clone_and_combine(added)
    return cache[before, added]


def set_hooks_for_conditioning(
    cond: Conditioning, hooks: Any, append_hooks: bool = True, cache: Cache | None = None
) -> Conditioning:
    """With the group ``hooks``; the conditioning itself when that is None."""
    if hooks is None:
        return cond
    return conditioning_set_values_with_hooks(cond, {"hooks": hooks}, append_hooks, cache)


def set_timesteps_for_conditioning(
    cond: Conditioning, timestep_range: tuple[float, float] | None
) -> Conditioning:
    """Used from the first to the second share of the sampling (0..1); always when None."""
    if timestep_range is None:
        return cond
    start, end = timestep_range[0], timestep_range[1]
    return conditioning_set_values(cond, {"start_percent": start, "end_percent": end})


def set_mask_for_conditioning(
    cond: Conditioning, mask: Any, set_cond_area: str, strength: float
) -> Conditioning:
    """Within a mask (batch, height, width), or (height, width); everywhere when None."""
    if mask is None:
        return cond
    values = {
        "mask": mask.unsqueeze(0) if mask.dim() < 3 else mask,
        "set_area_to_bounds": set_cond_area != "default",
        "mask_strength": strength,
    }
    return conditioning_set_values(cond, values)


def combine_conditioning(conds: list[Conditioning]) -> Conditioning:
    """All pairs in one list."""
    return [pair for cond in conds for pair in cond]


def combine_with_new_conds(
    conds: list[Conditioning], new_conds: list[Conditioning]
) -> list[Conditioning]:
    """Each with its new one behind it; what has no partner is left out."""
    together = zip(conds, new_conds, strict=False)
    return [combine_conditioning([cond, new]) for cond, new in together]


def set_conds_props(
    conds: list[Conditioning],
    strength: float,
    set_cond_area: str,
    mask: Any = None,
    hooks: Any = None,
    timesteps_range: tuple[float, float] | None = None,
    append_hooks: bool = True,
) -> list[Conditioning]:
    """Each with hooks, mask and times, as far as they are given; ``strength`` is the mask's."""
    cache: Cache = {}
    made = []
    for cond in conds:
        hooked = set_hooks_for_conditioning(cond, hooks, append_hooks, cache)
        masked = set_mask_for_conditioning(hooked, mask, set_cond_area, strength)
        made.append(set_timesteps_for_conditioning(masked, timesteps_range))
    return made


def set_conds_props_and_combine(
    conds: list[Conditioning],
    new_conds: list[Conditioning],
    strength: float = 1.0,
    set_cond_area: str = "default",
    mask: Any = None,
    hooks: Any = None,
    timesteps_range: tuple[float, float] | None = None,
    append_hooks: bool = True,
) -> list[Conditioning]:
    """Each of ``conds`` with its new one behind it, on which the properties are set."""
    made = set_conds_props(
        new_conds, strength, set_cond_area, mask, hooks, timesteps_range, append_hooks
    )
    return combine_with_new_conds(conds, made)


def set_default_conds_and_combine(
    conds: list[Conditioning],
    new_conds: list[Conditioning],
    hooks: Any = None,
    timesteps_range: tuple[float, float] | None = None,
    append_hooks: bool = True,
) -> list[Conditioning]:
    """Each with its new one behind it, which is used where no other has a say."""
    cache: Cache = {}
    made = []
    for cond in new_conds:
        hooked = set_hooks_for_conditioning(cond, hooks, append_hooks, cache)
        default = conditioning_set_values(hooked, {"default": True})
        made.append(set_timesteps_for_conditioning(default, timesteps_range))
    return combine_with_new_conds(conds, made)
