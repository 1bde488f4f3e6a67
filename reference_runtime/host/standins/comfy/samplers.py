"""``comfy.samplers``: names and noise schedules are real; sampling is model code.

Source of the names and results: ComfyUI 0.3.64 and Hanzo Studio 0.3.71.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

from reference_runtime.host import known
from reference_runtime.host.missing import needs_host
from reference_runtime.host.spelling import spelled
from reference_runtime.host.standins.comfy import sampler_names
from reference_runtime.host.standins.comfy.k_diffusion import sampling as k_diffusion_sampling
from reference_runtime.host.stubs import model_code
from reference_runtime.levels import ACTIVE

KSAMPLER_NAMES = list(sampler_names.KSAMPLERS)
SAMPLER_NAMES = list(sampler_names.SAMPLERS)
SCHEDULER_NAMES = list(sampler_names.SCHEDULERS)

# --- schedules: sigmas from high to low, ending in 0 --------------------------------------------


def _sigmas(values: list[float]) -> Any:
    import torch

    return torch.FloatTensor(values)


def simple_scheduler(model_sampling: Any, steps: int) -> Any:
    """Evenly spaced entries of the model's table."""
    table = model_sampling.sigmas
    stride = len(table) / steps
    return _sigmas([float(table[-(1 + int(step * stride))]) for step in range(steps)] + [0.0])


def ddim_scheduler(model_sampling: Any, steps: int) -> Any:
    """Every n-th entry of the model's table, counted from its second."""
    table = model_sampling.sigmas
    zero_inside = math.isclose(float(table[1]), 0, abs_tol=0.00001)
    stride = max(len(table) // (steps + zero_inside), 1)
    picked = [float(table[index]) for index in range(1, len(table), stride)]
    return _sigmas(picked[::-1] + ([] if zero_inside else [0.0]))


def normal_scheduler(
    model_sampling: Any, steps: int, sgm: bool = False, floor: bool = False
) -> Any:
    """Evenly spaced in the model's time; ``sgm`` leaves out the last point."""
    import torch

    start = model_sampling.timestep(model_sampling.sigma_max)
    end = model_sampling.timestep(model_sampling.sigma_min)
    zero = True
    if sgm:
        times = torch.linspace(start, end, steps + 1)[:-1]
    else:
        if math.isclose(float(model_sampling.sigma(end)), 0, abs_tol=0.00001):
            steps, zero = steps + 1, False
        times = torch.linspace(start, end, steps)
    return _sigmas([float(model_sampling.sigma(time)) for time in times] + [0.0] * zero)


def beta_scheduler(model_sampling: Any, steps: int, alpha: float = 0.6, beta: float = 0.6) -> Any:
    """Quantiles of a beta distribution over the model's table; equal neighbours count once."""
    import numpy
    from scipy import stats  # type: ignore[import-untyped,import-not-found,unused-ignore]

    last = len(model_sampling.sigmas) - 1
    quantiles = 1 - numpy.linspace(0, 1, steps, endpoint=False)
    indices = numpy.rint(stats.beta.ppf(quantiles, alpha, beta) * last)
    picked: list[float] = []
    before = -1
    for index in indices:
        if index != before:
            picked.append(float(model_sampling.sigmas[int(index)]))
        before = index
    return _sigmas([*picked, 0.0])


def linear_quadratic_schedule(
    model_sampling: Any, steps: int, threshold_noise: float = 0.025, linear_steps: int | None = None
) -> Any:
    """Linear up to a small noise, quadratic from there."""
    if steps == 1:
        shares = [1.0, 0.0]
    else:
        linear = steps // 2 if linear_steps is None else linear_steps
        shares = [
            1.0 - share for share in (*_linear_quadratic(steps, linear, threshold_noise), 1.0)
        ]
    return _sigmas(shares) * model_sampling.sigma_max.cpu()


def _linear_quadratic(steps: int, linear: int, threshold: float) -> list[float]:
    """Rising shares: ``linear`` even ones up to the threshold, then a parabola to 1."""
    rest = steps - linear
    excess = linear - threshold * steps
    square = excess / (linear * rest**2)
    slope = threshold / linear - 2 * excess / rest**2
    constant = square * linear**2
    rise = [index * threshold / linear for index in range(linear)]
    curve = [square * index**2 + slope * index + constant for index in range(linear, steps)]
    return rise + curve


def kl_optimal_scheduler(n: int, sigma_min: float, sigma_max: float) -> Any:
    """Evenly spaced in the angle of sigma."""
    import torch

    share = torch.arange(n, dtype=torch.float).div_(n - 1)
    sigmas = share.new_zeros(n + 1)
    low, high = math.atan(sigma_min), math.atan(sigma_max)
    torch.add(share * low, (1 - share) * high, out=sigmas[:-1])
    sigmas[:-1] = sigmas[:-1].tan()
    return sigmas


class SchedulerHandler(NamedTuple):
    """A schedule; ``use_ms``: called with the model's sampling, else with the sigma bounds."""

    handler: Callable[..., Any]
    use_ms: bool = True


def _sgm_uniform(model_sampling: Any, steps: int) -> Any:
    return normal_scheduler(model_sampling, steps, sgm=True)


SCHEDULER_HANDLERS = {
    "simple": SchedulerHandler(simple_scheduler),
    "sgm_uniform": SchedulerHandler(_sgm_uniform),
    "karras": SchedulerHandler(k_diffusion_sampling.get_sigmas_karras, use_ms=False),
    "exponential": SchedulerHandler(k_diffusion_sampling.get_sigmas_exponential, use_ms=False),
    "ddim_uniform": SchedulerHandler(ddim_scheduler),
    "beta": SchedulerHandler(beta_scheduler),
    "normal": SchedulerHandler(normal_scheduler),
    "linear_quadratic": SchedulerHandler(linear_quadratic_schedule),
    "kl_optimal": SchedulerHandler(kl_optimal_scheduler, use_ms=False),
}


def calculate_sigmas(model_sampling: Any, scheduler_name: str, steps: int) -> Any:
    """The named schedule for a model's sampling. ValueError for an unknown name."""
    handler = SCHEDULER_HANDLERS.get(scheduler_name)
    if handler is None:
        known = ", ".join(SCHEDULER_NAMES)
        raise ValueError(f"unknown scheduler {scheduler_name!r}; known: {known}")
    if handler.use_ms:
        return handler.handler(model_sampling, steps)
    lowest, highest = float(model_sampling.sigma_min), float(model_sampling.sigma_max)
    return handler.handler(n=steps, sigma_min=lowest, sigma_max=highest)


# --- sampling: to be subclassed and named, not to be run ----------------------------------------


@model_code
class Sampler:
    """Base of the samplers."""

    def sample(self, *args: Any, **kwargs: Any) -> Any:
        needs_host("comfy.samplers.Sampler.sample")

    def max_denoise(self, model_wrap: Any, sigmas: Any) -> bool:
        """Whether sampling starts from pure noise."""
        highest = float(model_wrap.inner_model.model_sampling.sigma_max)
        sigma = float(sigmas[0])
        return math.isclose(highest, sigma, rel_tol=1e-05) or sigma > highest


@model_code
class KSAMPLER(Sampler):
    """A sampler around a function; it can be made and passed on, not run."""

    def __init__(
        self,
        sampler_function: Any,
        extra_options: dict[str, Any] | None = None,
        inpaint_options: dict[str, Any] | None = None,
    ) -> None:
        self.sampler_function = sampler_function
        self.extra_options = {} if extra_options is None else extra_options
        self.inpaint_options = {} if inpaint_options is None else inpaint_options

    def sample(self, *args: Any, **kwargs: Any) -> Any:
        needs_host("comfy.samplers.KSAMPLER.sample")


def ksampler(
    sampler_name: str,
    extra_options: dict[str, Any] | None = None,
    inpaint_options: dict[str, Any] | None = None,
) -> KSAMPLER:
    """The named sampler as an object.

    One that a pack has put into ``comfy.k_diffusion.sampling`` runs, the host's own need a real
    host. AttributeError for a name that the module has not.
    """
    return KSAMPLER(_sampler_function(str(sampler_name)), extra_options, inpaint_options)


def _sampler_function(name: str) -> Callable[..., Any]:
    attribute = f"sample_{name}"
    found: Callable[..., Any] | None = vars(k_diffusion_sampling).get(attribute)
    if found is not None:
        return found
    if known.first_level(_SAMPLING, attribute) is None:
        module = spelled(_SAMPLING, ACTIVE.level.brand)
        raise AttributeError(f"module {module!r} has no attribute {attribute!r}")
    return _on_a_host(f"{_SAMPLING}.{attribute}")


def _on_a_host(name: str) -> Callable[..., Any]:
    def function(*args: Any, **kwargs: Any) -> Any:
        needs_host(name)

    return function


_SAMPLING = "comfy.k_diffusion.sampling"
_ELSEWHERE = {"uni_pc": "sample_unipc", "uni_pc_bh2": "sample_unipc_bh2"}


def sampler_object(name: str) -> KSAMPLER:
    """The sampler of that name in menus. AttributeError for a name that is none."""
    if name in _ELSEWHERE:
        return KSAMPLER(_on_a_host(f"comfy.extra_samplers.uni_pc.{_ELSEWHERE[name]}"))
    return ksampler("euler", inpaint_options={"random": True}) if name == "ddim" else ksampler(name)


@model_code
class CFGGuider:
    """Guidance by two conditionings; subclasses override ``predict_noise``."""

    def __init__(self, model_patcher: Any) -> None:
        self.model_patcher = model_patcher
        self.model_options = getattr(model_patcher, "model_options", {})
        self.original_conds: dict[str, Any] = {}
        self.cfg = 1.0

    def set_conds(self, positive: Any, negative: Any) -> None:
        self.inner_set_conds({"positive": positive, "negative": negative})

    def set_cfg(self, cfg: float) -> None:
        self.cfg = cfg

    def inner_set_conds(self, conds: dict[str, Any]) -> None:
        self.original_conds.update(conds)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.predict_noise(*args, **kwargs)

    def predict_noise(self, *args: Any, **kwargs: Any) -> Any:
        needs_host("comfy.samplers.CFGGuider.predict_noise")

    def sample(self, *args: Any, **kwargs: Any) -> Any:
        needs_host("comfy.samplers.CFGGuider.sample")


@model_code
class KSampler:
    """The classic sampler: packs read its two lists."""

    SCHEDULERS = SCHEDULER_NAMES
    SAMPLERS = SAMPLER_NAMES
    DISCARD_PENULTIMATE_SIGMA_SAMPLERS = frozenset(
        ("dpm_2", "dpm_2_ancestral", "uni_pc", "uni_pc_bh2")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        needs_host("comfy.samplers.KSampler")
