"""``comfy.hooks``: enums, keyframes, groups and conditioning are real; hooks are model code.

Source of the names and results: ComfyUI 0.3.64 and Hanzo Studio 0.3.71.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from reference_runtime.host.missing import needs_host
from reference_runtime.host.standins import node_helpers
from reference_runtime.host.standins.comfy import hooked_conditioning
from reference_runtime.host.stubs import model_code

conditioning_set_values = node_helpers.conditioning_set_values
conditioning_set_values_with_hooks = hooked_conditioning.conditioning_set_values_with_hooks
set_hooks_for_conditioning = hooked_conditioning.set_hooks_for_conditioning
set_timesteps_for_conditioning = hooked_conditioning.set_timesteps_for_conditioning
set_mask_for_conditioning = hooked_conditioning.set_mask_for_conditioning
combine_conditioning = hooked_conditioning.combine_conditioning
combine_with_new_conds = hooked_conditioning.combine_with_new_conds
set_conds_props = hooked_conditioning.set_conds_props
set_conds_props_and_combine = hooked_conditioning.set_conds_props_and_combine
set_default_conds_and_combine = hooked_conditioning.set_default_conds_and_combine


class EnumHookMode(Enum):
    """How hooked weights are kept: little memory, or fast."""

    MinVram = "minvram"
    MaxSpeed = "maxspeed"


class EnumHookType(Enum):
    """What a hook changes."""

    Weight = "weight"
    ObjectPatch = "object_patch"
    AdditionalModels = "add_models"
    TransformerOptions = "transformer_options"
    Injections = "add_injections"


class EnumWeightTarget(Enum):
    Model = "model"
    Clip = "clip"


class EnumHookScope(Enum):
    """Whether a hook works on all conditioning or only where it hangs."""

    AllConditioning = "all_conditioning"
    HookedOnly = "hooked_only"


class InterpolationMethod:
    LINEAR = "linear"
    EASE_IN = "ease_in"
    EASE_OUT = "ease_out"
    EASE_IN_OUT = "ease_in_out"

    _LIST = [LINEAR, EASE_IN, EASE_OUT, EASE_IN_OUT]  # noqa: RUF012 - a plain list on the host

    @classmethod
    def get_weights(
        cls, num_from: float, num_to: float, length: int, method: str, reverse: bool = False
    ) -> Any:
        """``length`` weights (float32 tensor) from one number to the other.

        ValueError for an unknown method.
        """
        import torch

        if method not in cls._LIST:
            raise ValueError(f"unknown interpolation method {method!r}; known: {cls._LIST}")
        share = torch.linspace(0, 1, length)
        if method == cls.EASE_IN:
            share = share.pow(2)
        elif method == cls.EASE_OUT:
            share = share * (2 - share)
        elif method == cls.EASE_IN_OUT:
            share = 0.5 * (1 - torch.cos(share * torch.pi))
        weights = num_from + (num_to - num_from) * share
        return weights.flip(dims=(0,)) if reverse else weights


def get_sorted_list_via_attr(objects: list[Any], attr: str) -> list[Any]:
    """The objects ordered by an attribute; equal ones keep their order."""
    return sorted(objects, key=lambda item: getattr(item, attr))


def create_target_dict(target: EnumWeightTarget | None = None, **kwargs: Any) -> dict[str, Any]:
    return {"target": target, **kwargs} if target is not None else dict(kwargs)


class HookKeyframe:
    """A hook's strength from a point of the sampling on (``start_percent``, 0..1)."""

    def __init__(
        self, strength: float, start_percent: float = 0.0, guarantee_steps: int = 1
    ) -> None:
        self.strength = strength
        self.start_percent = float(start_percent)
        self.start_t = 999999999.9
        self.guarantee_steps = guarantee_steps

    def get_effective_guarantee_steps(self, max_sigma: Any) -> int:
        """Steps guaranteed to the keyframe; none when it starts above the highest sigma."""
        return 0 if self.start_percent > 0.0 and self.start_t > max_sigma else self.guarantee_steps

    def clone(self) -> HookKeyframe:
        made = HookKeyframe(self.strength, self.start_percent, self.guarantee_steps)
        made.start_t = self.start_t
        return made


class HookKeyframeGroup:
    """Keyframes in order of their start."""

    def __init__(self) -> None:
        self.keyframes: list[HookKeyframe] = []
        self.reset()

    @property
    def strength(self) -> float:
        """The current keyframe's strength; 1 without keyframes."""
        return 1.0 if self._current_keyframe is None else self._current_keyframe.strength

    def reset(self) -> None:
        self._current_keyframe: HookKeyframe | None = None
        self._current_used_steps = 0
        self._current_index = 0
        self._current_strength = None
        self._curr_t = -1.0
        self._set_first_as_current()

    def add(self, keyframe: HookKeyframe) -> None:
        self.keyframes = get_sorted_list_via_attr([*self.keyframes, keyframe], "start_percent")
        self._set_first_as_current()

    def _set_first_as_current(self) -> None:
        self._current_keyframe = self.keyframes[0] if self.keyframes else None

    def has_guarantee_steps(self) -> bool:
        return any(keyframe.guarantee_steps > 0 for keyframe in self.keyframes)

    def has_index(self, index: int) -> bool:
        return 0 <= index < len(self.keyframes)

    def is_empty(self) -> bool:
        return not self.keyframes

    def clone(self) -> HookKeyframeGroup:
        made = HookKeyframeGroup()
        made.keyframes = list(self.keyframes)
        made._set_first_as_current()
        return made

    def initialize_timesteps(self, model: Any) -> None:
        for keyframe in self.keyframes:
            keyframe.start_t = model.model_sampling.percent_to_sigma(keyframe.start_percent)

    def prepare_current_keyframe(self, curr_t: float, transformer_options: dict[str, Any]) -> bool:
        needs_host("comfy.hooks.HookKeyframeGroup.prepare_current_keyframe")


@model_code
class Hook:
    """Base of the hooks; it can be subclassed, grouped and cloned, but not applied."""

    def __init__(
        self,
        hook_type: EnumHookType | None = None,
        hook_ref: Any = None,
        hook_id: str | None = None,
        hook_keyframe: HookKeyframeGroup | None = None,
        hook_scope: EnumHookScope = EnumHookScope.AllConditioning,
    ) -> None:
        self.hook_type = hook_type
        self.hook_ref = hook_ref if hook_ref is not None else object()
        self.hook_id = hook_id
        self.hook_keyframe = hook_keyframe or HookKeyframeGroup()
        self.hook_scope = hook_scope

    @property
    def strength(self) -> float:
        return self.hook_keyframe.strength

    def reset(self) -> None:
        self.hook_keyframe.reset()

    def initialize_timesteps(self, model: Any) -> None:
        self.reset()
        self.hook_keyframe.initialize_timesteps(model)

    def clone(self) -> Any:
        made = type(self)()
        made.__dict__.update(self.__dict__)
        return made

    def should_register(self, *args: Any, **kwargs: Any) -> bool:
        return True

    def add_hook_patches(self, *args: Any, **kwargs: Any) -> bool:
        needs_host(f"comfy.hooks.{type(self).__name__}.add_hook_patches")

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.hook_ref == getattr(other, "hook_ref", None)

    def __hash__(self) -> int:
        return hash(self.hook_ref)


class HookGroup:
    """Hooks without duplicates, in order of their addition."""

    def __init__(self) -> None:
        self.hooks: list[Hook] = []

    def __len__(self) -> int:
        return len(self.hooks)

    def add(self, hook: Hook) -> None:
        if hook not in self.hooks:
            self.hooks.append(hook)

    def remove(self, hook: Hook) -> None:
        if hook in self.hooks:
            self.hooks.remove(hook)

    def get_type(self, hook_type: EnumHookType) -> list[Hook]:
        return [hook for hook in self.hooks if hook.hook_type == hook_type]

    def contains(self, hook: Hook) -> bool:
        return hook in self.hooks

    def is_subset_of(self, other: HookGroup) -> bool:
        return all(hook in other.hooks for hook in self.hooks)

    def new_with_common_hooks(self, other: HookGroup) -> HookGroup:
        return _group(hook.clone() for hook in self.hooks if other.contains(hook))

    def clone(self) -> HookGroup:
        return _group(hook.clone() for hook in self.hooks)

    def clone_and_combine(self, other: HookGroup | None) -> HookGroup:
        made = self.clone()
        for hook in other.hooks if other else ():
            made.add(hook.clone())
        return made

    def set_keyframes_on_hooks(self, hook_kf: HookKeyframeGroup | None) -> None:
        keyframes = HookKeyframeGroup() if hook_kf is None else hook_kf.clone()
        for hook in self.hooks:
            hook.hook_keyframe = keyframes

    def get_hooks_for_clip_schedule(self) -> Any:
        needs_host("comfy.hooks.HookGroup.get_hooks_for_clip_schedule")

    def reset(self) -> None:
        for hook in self.hooks:
            hook.reset()

    @staticmethod
    def combine_all_hooks(
        hooks_list: list[HookGroup | None], require_count: int = 0
    ) -> HookGroup | None:
        """All groups in one; None when fewer than ``require_count`` (at least one) are given."""
        given = [group for group in hooks_list if group is not None]
        if len(given) < max(require_count, 1):
            return None
        if len(given) == 1:
            return given[0]
        made = HookGroup()
        for group in given:
            made = made.clone_and_combine(group)
        return made


def _group(hooks: Iterable[Hook]) -> HookGroup:
    made = HookGroup()
    for hook in hooks:
        made.add(hook)
    return made
