"""``comfy.context_windows``: names of schedules and fuse methods; the handlers are model code.

Source of the names: ComfyUI 0.3.64 and Hanzo Studio 0.3.71.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reference_runtime.host.missing import needs_host
from reference_runtime.host.stubs import model_code


class IndexListCallbacks:
    EVALUATE_CONTEXT_WINDOWS = "evaluate_context_windows"
    COMBINE_CONTEXT_WINDOW_RESULTS = "combine_context_window_results"
    EXECUTE_START = "execute_start"
    EXECUTE_CLEANUP = "execute_cleanup"

    def init_callbacks(self) -> dict[str, Any]:
        return {}


@dataclass
class ContextSchedule:
    name: str
    func: Callable[..., Any]


@dataclass
class ContextFuseMethod:
    name: str
    func: Callable[..., Any]


class ContextSchedules:
    UNIFORM_LOOPED = "looped_uniform"
    UNIFORM_STANDARD = "standard_uniform"
    STATIC_STANDARD = "standard_static"
    BATCHED = "batched"


class ContextFuseMethods:
    FLAT = "flat"
    PYRAMID = "pyramid"
    RELATIVE = "relative"
    OVERLAP_LINEAR = "overlap-linear"
    LIST = ["pyramid", "flat", "overlap-linear"]  # noqa: RUF012 - a plain list on the host
    LIST_STATIC = ["pyramid", "relative", "flat", "overlap-linear"]  # noqa: RUF012


def create_weights_flat(length: int, **kwargs: Any) -> list[float]:
    return [1.0] * length


def create_weights_pyramid(length: int, **kwargs: Any) -> list[int]:
    """1, 2, ... up to the middle and down again; two equal middles for an even length."""
    half = length // 2
    rise = list(range(1, half + 1))
    middle = [half + 1] if length % 2 else []
    return [*rise, *middle, *reversed(rise)]


@model_code
def _on_a_host(*args: Any, **kwargs: Any) -> Any:
    needs_host("comfy.context_windows")


CONTEXT_MAPPING = dict.fromkeys(
    ("looped_uniform", "standard_uniform", "standard_static", "batched"), _on_a_host
)
FUSE_MAPPING: dict[str, Callable[..., Any]] = {
    "flat": create_weights_flat,
    "pyramid": create_weights_pyramid,
    "relative": create_weights_pyramid,
    "overlap-linear": _on_a_host,
}


def get_matching_context_schedule(context_schedule: str) -> ContextSchedule:
    """ValueError for an unknown name."""
    if context_schedule not in CONTEXT_MAPPING:
        raise ValueError(f"unknown context schedule {context_schedule!r}")
    return ContextSchedule(context_schedule, CONTEXT_MAPPING[context_schedule])


def get_matching_fuse_method(fuse_method: str) -> ContextFuseMethod:
    """ValueError for an unknown name."""
    if fuse_method not in FUSE_MAPPING:
        raise ValueError(f"unknown fuse method {fuse_method!r}")
    return ContextFuseMethod(fuse_method, FUSE_MAPPING[fuse_method])
