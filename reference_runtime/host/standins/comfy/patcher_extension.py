"""``comfy.patcher_extension``: wrappers and callbacks that packs hang into the sampling. Real.

Wrappers live in nested dicts: ``options["wrappers"][type][key]`` is a list. Source of the names:
ComfyUI 0.3.64 and Hanzo Studio 0.3.71.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_runtime.host.text import words

Function = Callable[..., Any]
Table = dict[str, dict[str | None, list[Function]]]


class CallbacksMP:
    ON_CLONE = "on_clone"
    ON_LOAD = "on_load_after"
    ON_DETACH = "on_detach_after"
    ON_CLEANUP = "on_cleanup"
    ON_PRE_RUN = "on_pre_run"
    ON_PREPARE_STATE = "on_prepare_state"
    ON_APPLY_HOOKS = "on_apply_hooks"
    ON_REGISTER_ALL_HOOK_PATCHES = "on_register_all_hook_patches"
    ON_INJECT_MODEL = "on_inject_model"
    ON_EJECT_MODEL = "on_eject_model"

    @classmethod
    def init_callbacks(cls) -> Table:
        """An empty table."""
        return {}


class WrappersMP:
    OUTER_SAMPLE = "outer_sample"
    PREPARE_SAMPLING = "prepare_sampling"
    SAMPLER_SAMPLE = "sampler_sample"
    PREDICT_NOISE = "predict_noise"
    CALC_COND_BATCH = "calc_cond_batch"
    APPLY_MODEL = "apply_model"
    DIFFUSION_MODEL = "diffusion_model"

    @classmethod
    def init_wrappers(cls) -> Table:
        """An empty table."""
        return {}


_CALLBACKS, _WRAPPERS = words("callbacks wrappers")


def _table(kind: str, options: dict[str, Any], is_model_options: bool) -> Table:
    if is_model_options:
        options = options.setdefault("transformer_options", {})
    table: Table = options.setdefault(kind, {})
    return table


def _add(
    kind: str, type: str, key: str | None, function: Function, options: dict[str, Any], deep: bool
) -> None:
    _table(kind, options, deep).setdefault(type, {}).setdefault(key, []).append(function)


def _found(
    kind: str, type: str, options: dict[str, Any], deep: bool
) -> dict[str | None, list[Any]]:
    if deep:
        options = options.get("transformer_options", {})
    found: dict[str | None, list[Any]] = options.get(kind, {}).get(type, {})
    return found


def add_callback(
    call_type: str,
    callback: Function,
    transformer_options: dict[str, Any],
    is_model_options: bool = False,
) -> None:
    add_callback_with_key(call_type, None, callback, transformer_options, is_model_options)


def add_callback_with_key(
    call_type: str,
    key: str | None,
    callback: Function,
    transformer_options: dict[str, Any],
    is_model_options: bool = False,
) -> None:
    _add(_CALLBACKS, call_type, key, callback, transformer_options, is_model_options)


def get_callbacks_with_key(
    call_type: str,
    key: str | None,
    transformer_options: dict[str, Any],
    is_model_options: bool = False,
) -> list[Function]:
    return list(_found(_CALLBACKS, call_type, transformer_options, is_model_options).get(key, []))


def get_all_callbacks(
    call_type: str, transformer_options: dict[str, Any], is_model_options: bool = False
) -> list[Function]:
    found = _found(_CALLBACKS, call_type, transformer_options, is_model_options)
    return [function for functions in found.values() for function in functions]


def add_wrapper(
    wrapper_type: str,
    wrapper: Function,
    transformer_options: dict[str, Any],
    is_model_options: bool = False,
) -> None:
    add_wrapper_with_key(wrapper_type, None, wrapper, transformer_options, is_model_options)


def add_wrapper_with_key(
    wrapper_type: str,
    key: str | None,
    wrapper: Function,
    transformer_options: dict[str, Any],
    is_model_options: bool = False,
) -> None:
    _add(_WRAPPERS, wrapper_type, key, wrapper, transformer_options, is_model_options)


def get_wrappers_with_key(
    wrapper_type: str,
    key: str | None,
    transformer_options: dict[str, Any],
    is_model_options: bool = False,
) -> list[Function]:
    return list(_found(_WRAPPERS, wrapper_type, transformer_options, is_model_options).get(key, []))


def get_all_wrappers(
    wrapper_type: str, transformer_options: dict[str, Any], is_model_options: bool = False
) -> list[Function]:
    found = _found(_WRAPPERS, wrapper_type, transformer_options, is_model_options)
    return [function for functions in found.values() for function in functions]


class WrapperExecutor:
    """Runs a chain of wrappers around a function; each wrapper gets the rest of the chain first.

    A wrapper reaches the wrapped object as ``executor.class_obj``.
    """

    def __init__(
        self, original: Function, class_obj: object, wrappers: list[Function], idx: int
    ) -> None:
        self.original = original
        self.class_obj = class_obj
        self.wrappers = list(wrappers)
        self.idx = idx
        self.is_last = idx == len(wrappers)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Go on with the next wrapper."""
        return self._create_next_executor().execute(*args, **kwargs)

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        if self.is_last:
            return self.original(*args, **kwargs)
        return self.wrappers[self.idx](self, *args, **kwargs)

    def _create_next_executor(self) -> WrapperExecutor:
        if self.is_last:
            raise RuntimeError("the last executor of a chain has no next one")
        return WrapperExecutor(self.original, self.class_obj, self.wrappers, self.idx + 1)

    @classmethod
    def new_executor(
        cls, original: Function, wrappers: list[Function], idx: int = 0
    ) -> WrapperExecutor:
        return cls(original, None, wrappers, idx)

    @classmethod
    def new_class_executor(
        cls, original: Function, class_obj: object, wrappers: list[Function], idx: int = 0
    ) -> WrapperExecutor:
        return cls(original, class_obj, wrappers, idx)


@dataclass(eq=False)
class PatcherInjection:
    """What to do when a model is loaded, and how to undo it."""

    inject: Function
    eject: Function


def copy_nested_dicts(input_dict: dict[Any, Any]) -> dict[Any, Any]:
    """A copy where dicts and lists at every level are new, and other values are shared."""
    return {
        key: copy_nested_dicts(value)
        if isinstance(value, dict)
        else (value.copy() if isinstance(value, list) else value)
        for key, value in input_dict.items()
    }


def merge_nested_dicts(
    dict1: dict[Any, Any], dict2: dict[Any, Any], copy_dict1: bool = True
) -> dict[Any, Any]:
    """``dict2`` merged over ``dict1``: dicts merge, lists join, other values replace."""
    merged = copy_nested_dicts(dict1) if copy_dict1 else dict1
    for key, value in dict2.items():
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = merge_nested_dicts(before, value)
        elif isinstance(before, list) and isinstance(value, list):
            merged[key] = before + value
        else:
            merged[key] = value
    return merged
