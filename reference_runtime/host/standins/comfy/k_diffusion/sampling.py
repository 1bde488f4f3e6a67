"""``comfy.k_diffusion.sampling``: noise schedules and step arithmetic are real, samplers are not.

Sigmas are float32 tensors (n + 1,) from high to low, ending in 0. Source of the rules: results of
ComfyUI 0.3.64; the schedules are those of Karras et al. (2022) and its successors.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any


def append_zero(x: Any) -> Any:
    return x.new_zeros(1) if x.numel() == 0 else _torch().cat([x, x.new_zeros([1])])


def _torch() -> Any:
    import torch

    return torch


def get_sigmas_karras(
    n: int, sigma_min: float, sigma_max: float, rho: float = 7.0, device: Any = "cpu"
) -> Any:
    """Evenly spaced in sigma ** (1 / rho)."""
    low, high = sigma_min ** (1 / rho), sigma_max ** (1 / rho)
    ramp = _torch().linspace(0, 1, n, device=device)
    return append_zero((high + ramp * (low - high)) ** rho).to(device)


def get_sigmas_exponential(n: int, sigma_min: float, sigma_max: float, device: Any = "cpu") -> Any:
    """Evenly spaced in log sigma."""
    high, low = math.log(sigma_max), math.log(sigma_min)
    return append_zero(_torch().linspace(high, low, n, device=device).exp())


def get_sigmas_polyexponential(
    n: int, sigma_min: float, sigma_max: float, rho: float = 1.0, device: Any = "cpu"
) -> Any:
    """A power of an even ramp in log sigma."""
    ramp = _torch().linspace(1, 0, n, device=device) ** rho
    span = math.log(sigma_max) - math.log(sigma_min)
    return append_zero((ramp * span + math.log(sigma_min)).exp())


def get_sigmas_vp(
    n: int, beta_d: float = 19.9, beta_min: float = 0.1, eps_s: float = 1e-3, device: Any = "cpu"
) -> Any:
    """The continuous variance-preserving schedule."""
    torch = _torch()
    t = torch.linspace(1, eps_s, n, device=device)
    return append_zero(torch.sqrt(torch.special.expm1(beta_d * t**2 / 2 + beta_min * t)))


def get_sigmas_laplace(
    n: int,
    sigma_min: float,
    sigma_max: float,
    mu: float = 0.0,
    beta: float = 0.5,
    device: Any = "cpu",
) -> Any:
    """Quantiles of a Laplace distribution of log sigma, kept inside the bounds; no last 0."""
    torch = _torch()
    centred = 0.5 - torch.linspace(0, 1, n, device=device)
    spread = torch.log(1 - 2 * centred.abs() + 1e-5)
    return (mu - beta * centred.sign() * spread).exp().clamp(min=sigma_min, max=sigma_max)


def to_d(x: Any, sigma: Any, denoised: Any) -> Any:
    """The direction of an ODE step: (x - denoised) / sigma, one sigma a batch entry."""
    sigma = sigma.reshape(sigma.shape + (1,) * (x.ndim - sigma.ndim))
    return (x - denoised) / sigma


def get_ancestral_step(sigma_from: Any, sigma_to: Any, eta: float = 1.0) -> tuple[Any, Any]:
    """(sigma to step down to, noise to add afterwards) of an ancestral step."""
    if not eta:
        return sigma_to, 0.0
    noise = (sigma_to**2 * (sigma_from**2 - sigma_to**2) / sigma_from**2) ** 0.5
    up = min(sigma_to, eta * noise)
    return (sigma_to**2 - up**2) ** 0.5, up


def default_noise_sampler(x: Any, seed: int | None = None) -> Callable[[Any, Any], Any]:
    """Gaussian noise like ``x`` for each step; with a seed from a generator of its own."""
    torch = _torch()
    generator = None
    if seed is not None:
        # The host moves the seed on by one on the CPU, so that it differs from the first noise.
        generator = torch.Generator(device=x.device)
        generator.manual_seed(seed + 1 if x.device == torch.device("cpu") else seed)

    def sampler(sigma: Any, sigma_next: Any) -> Any:
        return torch.randn(
            x.size(), dtype=x.dtype, layout=x.layout, device=x.device, generator=generator
        )

    return sampler
