"""``comfy.model_sampling``: how models read and write noise. Real: it is arithmetic on sigmas.

A model's sampling object is one class of each kind, mixed: a prediction (EPS, V_PREDICTION, CONST,
...) and a schedule (ModelSampling...). Source of the rules: results of ComfyUI 0.3.64. Importing
this imports torch where it is installed; the schedules derive from ``torch.nn.Module``.
"""

from __future__ import annotations

import math
from typing import Any


def _module_class() -> Any:
    try:
        from torch import nn
    except ImportError:
        return object
    return nn.Module


_Base: Any = _module_class()
_FAR = 999999999.9


def reshape_sigma(sigma: Any, noise_dim: int) -> Any:
    """Sigma with trailing dimensions of 1; a single value for the whole batch stays as it is."""
    if sigma.nelement() == 1:
        return sigma.view(())
    return sigma.view(sigma.shape[:1] + (1,) * (noise_dim - 1))


# --- predictions --------------------------------------------------------------------------------


class EPS:
    """The model predicts the noise."""

    sigma_data: float
    sigma_max: Any

    def calculate_input(self, sigma: Any, noise: Any) -> Any:
        sigma = reshape_sigma(sigma, noise.ndim)
        return noise / (sigma**2 + self.sigma_data**2) ** 0.5

    def calculate_denoised(self, sigma: Any, model_output: Any, model_input: Any) -> Any:
        return model_input - model_output * reshape_sigma(sigma, model_output.ndim)

    def noise_scaling(
        self, sigma: Any, noise: Any, latent_image: Any, max_denoise: bool = False
    ) -> Any:
        sigma = reshape_sigma(sigma, noise.ndim)
        scale = (1.0 + sigma**2.0) ** 0.5 if max_denoise else sigma
        return noise * scale + latent_image

    def inverse_noise_scaling(self, sigma: Any, latent: Any) -> Any:
        return latent


class V_PREDICTION(EPS):
    """The model predicts the velocity."""

    def calculate_denoised(self, sigma: Any, model_output: Any, model_input: Any) -> Any:
        sigma = reshape_sigma(sigma, model_output.ndim)
        total = sigma**2 + self.sigma_data**2
        kept = model_input * self.sigma_data**2 / total
        return kept - model_output * sigma * self.sigma_data / total**0.5


class EDM(V_PREDICTION):
    """As V_PREDICTION, with the opposite sign."""

    def calculate_denoised(self, sigma: Any, model_output: Any, model_input: Any) -> Any:
        return super().calculate_denoised(sigma, -model_output, model_input)


class CONST:
    """Rectified flow: noise and image mix linearly."""

    def calculate_input(self, sigma: Any, noise: Any) -> Any:
        return noise

    def calculate_denoised(self, sigma: Any, model_output: Any, model_input: Any) -> Any:
        return model_input - model_output * reshape_sigma(sigma, model_output.ndim)

    def noise_scaling(
        self, sigma: Any, noise: Any, latent_image: Any, max_denoise: bool = False
    ) -> Any:
        sigma = reshape_sigma(sigma, noise.ndim)
        return sigma * noise + (1.0 - sigma) * latent_image

    def inverse_noise_scaling(self, sigma: Any, latent: Any) -> Any:
        return latent / (1.0 - reshape_sigma(sigma, latent.ndim))


class X0(EPS):
    """The model predicts the image."""

    def calculate_denoised(self, sigma: Any, model_output: Any, model_input: Any) -> Any:
        return model_output


class IMG_TO_IMG(X0):
    """The model takes the image as it is."""

    def calculate_input(self, sigma: Any, noise: Any) -> Any:
        return noise


class COSMOS_RFLOW:
    """Rectified flow in the sigmas of EDM."""

    def calculate_input(self, sigma: Any, noise: Any) -> Any:
        sigma = reshape_sigma(sigma / (sigma + 1), noise.ndim)
        return noise * (1.0 - sigma)

    def calculate_denoised(self, sigma: Any, model_output: Any, model_input: Any) -> Any:
        sigma = reshape_sigma(sigma / (sigma + 1), model_output.ndim)
        return model_input * (1.0 - sigma) - model_output * sigma

    def noise_scaling(
        self, sigma: Any, noise: Any, latent_image: Any, max_denoise: bool = False
    ) -> Any:
        return noise * reshape_sigma(sigma, noise.ndim) + latent_image

    def inverse_noise_scaling(self, sigma: Any, latent: Any) -> Any:
        return latent


# --- schedules ----------------------------------------------------------------------------------


def _settings(model_config: Any) -> dict[str, Any]:
    return {} if model_config is None else model_config.sampling_settings


def rescale_zero_terminal_snr_sigmas(sigmas: Any) -> Any:
    """Shift a schedule so that its last step holds no signal."""
    kept = ((1 / (sigmas * sigmas + 1)).sqrt()).clone()
    first, last = kept[0].clone(), kept[-1].clone()
    kept = (kept - last) * (first / (first - last))
    squared = kept**2
    squared[-1] = 4.8973451890853435e-08
    return ((1 - squared) / squared) ** 0.5


class ModelSamplingDiscrete(_Base):  # type: ignore[misc]
    """A table of sigmas, one for each of the training's timesteps."""

    sigmas: Any
    log_sigmas: Any

    def __init__(self, model_config: Any = None, zsnr: bool | None = None) -> None:
        super().__init__()
        settings = _settings(model_config)
        self._register_schedule(
            beta_schedule=settings.get("beta_schedule", "linear"),
            timesteps=settings.get("timesteps", 1000),
            linear_start=settings.get("linear_start", 0.00085),
            linear_end=settings.get("linear_end", 0.012),
            zsnr=settings.get("zsnr", False) if zsnr is None else zsnr,
        )
        self.sigma_data = 1.0

    def _register_schedule(
        self,
        given_betas: Any = None,
        beta_schedule: str = "linear",
        timesteps: int = 1000,
        linear_start: float = 1e-4,
        linear_end: float = 2e-2,
        cosine_s: float = 8e-3,
        zsnr: bool = False,
    ) -> None:
        import torch

        betas = given_betas
        if betas is None:
            betas = _betas(beta_schedule, timesteps, linear_start, linear_end, cosine_s)
        alphas = torch.cumprod(1.0 - betas, dim=0)
        self.num_timesteps = int(betas.shape[0])
        self.linear_start = linear_start
        self.linear_end = linear_end
        self.zsnr = zsnr
        sigmas = ((1 - alphas) / alphas) ** 0.5
        self.set_sigmas(rescale_zero_terminal_snr_sigmas(sigmas) if zsnr else sigmas)

    def set_sigmas(self, sigmas: Any) -> None:
        self.register_buffer("sigmas", sigmas.float())
        self.register_buffer("log_sigmas", sigmas.log().float())

    @property
    def sigma_min(self) -> Any:
        return self.sigmas[0]

    @property
    def sigma_max(self) -> Any:
        return self.sigmas[-1]

    def timestep(self, sigma: Any) -> Any:
        """The timestep whose sigma is nearest in the logarithm."""
        log_sigma = sigma.log()
        distances = log_sigma.to(self.log_sigmas.device) - self.log_sigmas[:, None]
        return distances.abs().argmin(dim=0).view(sigma.shape).to(sigma.device)

    def sigma(self, timestep: Any) -> Any:
        """Between the table's sigmas by their logarithms."""
        t = timestep.float().to(self.log_sigmas.device).clamp(0, len(self.sigmas) - 1)
        low, high, share = t.floor().long(), t.ceil().long(), t.frac()
        log_sigma = (1 - share) * self.log_sigmas[low] + share * self.log_sigmas[high]
        return log_sigma.exp().to(timestep.device)

    def percent_to_sigma(self, percent: float) -> float:
        import torch

        if percent <= 0.0:
            return _FAR
        if percent >= 1.0:
            return 0.0
        return float(self.sigma(torch.tensor((1.0 - percent) * 999.0)).item())


def _betas(kind: str, steps: int, start: float, end: float, cosine_s: float) -> Any:
    """The training's beta schedule (float64). ValueError for an unknown kind."""
    import torch

    if kind == "linear":
        return torch.linspace(start**0.5, end**0.5, steps, dtype=torch.float64) ** 2
    if kind == "sqrt_linear":
        return torch.linspace(start, end, steps, dtype=torch.float64)
    if kind == "sqrt":
        return torch.linspace(start, end, steps, dtype=torch.float64) ** 0.5
    if kind == "cosine":
        t = torch.arange(steps + 1, dtype=torch.float64) / steps + cosine_s
        kept = torch.cos(t / (1 + cosine_s) * math.pi / 2).pow(2)
        return (1 - kept[1:] / kept[0] / (kept[:-1] / kept[0])).clamp(0, 0.999)
    raise ValueError(f"unknown beta schedule {kind!r}")


class ModelSamplingDiscreteEDM(ModelSamplingDiscrete):
    """Discrete, with the EDM's continuous time: a quarter of log sigma."""

    def timestep(self, sigma: Any) -> Any:
        return 0.25 * sigma.log()

    def sigma(self, timestep: Any) -> Any:
        return (timestep / 0.25).exp()


class ModelSamplingContinuousEDM(_Base):  # type: ignore[misc]
    """Sigmas evenly spaced in the logarithm between two bounds."""

    sigmas: Any
    log_sigmas: Any

    def __init__(self, model_config: Any = None) -> None:
        super().__init__()
        settings = _settings(model_config)
        self.set_parameters(
            settings.get("sigma_min", 0.002),
            settings.get("sigma_max", 120.0),
            settings.get("sigma_data", 1.0),
        )

    def set_parameters(self, sigma_min: float, sigma_max: float, sigma_data: float) -> None:
        import torch

        self.sigma_data = sigma_data
        sigmas = torch.linspace(math.log(sigma_min), math.log(sigma_max), 1000).exp()
        self.register_buffer("sigmas", sigmas)
        self.register_buffer("log_sigmas", sigmas.log())

    @property
    def sigma_min(self) -> Any:
        return self.sigmas[0]

    @property
    def sigma_max(self) -> Any:
        return self.sigmas[-1]

    def timestep(self, sigma: Any) -> Any:
        return 0.25 * sigma.log()

    def sigma(self, timestep: Any) -> Any:
        return (timestep / 0.25).exp()

    def percent_to_sigma(self, percent: float) -> Any:
        if percent <= 0.0:
            return _FAR
        if percent >= 1.0:
            return 0.0
        low = math.log(self.sigma_min)
        return math.exp((math.log(self.sigma_max) - low) * (1.0 - percent) + low)


class ModelSamplingContinuousV(ModelSamplingContinuousEDM):
    """Time is the angle of sigma."""

    def timestep(self, sigma: Any) -> Any:
        return sigma.atan() / math.pi * 2

    def sigma(self, timestep: Any) -> Any:
        return (timestep * math.pi / 2).tan()


class ModelSamplingCosmosRFlow(ModelSamplingContinuousEDM):
    """Time is sigma / (sigma + 1)."""

    def timestep(self, sigma: Any) -> Any:
        return sigma / (sigma + 1)

    def sigma(self, timestep: Any) -> Any:
        highest = self.sigma_max
        if timestep >= highest / (highest + 1):
            return highest
        return timestep / (1 - timestep)


def time_snr_shift(alpha: float, t: Any) -> Any:
    return t if alpha == 1.0 else alpha * t / (1 + (alpha - 1) * t)


def flux_time_shift(mu: float, sigma: float, t: Any) -> Any:
    return math.exp(mu) / (math.exp(mu) + (1 / t - 1) ** sigma)


class ModelSamplingDiscreteFlow(_Base):  # type: ignore[misc]
    """Rectified flow with a shift towards high noise."""

    sigmas: Any

    def __init__(self, model_config: Any = None) -> None:
        super().__init__()
        settings = _settings(model_config)
        self.set_parameters(
            shift=settings.get("shift", 1.0), multiplier=settings.get("multiplier", 1000)
        )

    def set_parameters(
        self, shift: float = 1.0, timesteps: int = 1000, multiplier: float = 1000
    ) -> None:
        import torch

        self.shift = shift
        self.multiplier = multiplier
        steps = torch.arange(1, timesteps + 1, 1) / timesteps * multiplier
        self.register_buffer("sigmas", self.sigma(steps))

    @property
    def sigma_min(self) -> Any:
        return self.sigmas[0]

    @property
    def sigma_max(self) -> Any:
        return self.sigmas[-1]

    def timestep(self, sigma: Any) -> Any:
        return sigma * self.multiplier

    def sigma(self, timestep: Any) -> Any:
        return time_snr_shift(self.shift, timestep / self.multiplier)

    def percent_to_sigma(self, percent: float) -> Any:
        if percent <= 0.0:
            return 1.0
        if percent >= 1.0:
            return 0.0
        return time_snr_shift(self.shift, 1.0 - percent)


class StableCascadeSampling(ModelSamplingDiscrete):
    """The cosine schedule of Stable Cascade."""

    def __init__(self, model_config: Any = None) -> None:
        _Base.__init__(self)
        self.set_parameters(_settings(model_config).get("shift", 1.0))

    def set_parameters(self, shift: float = 1.0, cosine_s: float = 8e-3) -> None:
        import torch

        self.shift = shift
        self.cosine_s = torch.tensor(cosine_s)
        offset = self.cosine_s / (1 + self.cosine_s)
        self._init_alpha_cumprod = torch.cos(offset * torch.pi / 2) ** 2
        self.num_timesteps = 10000
        times = [(step + 1) / self.num_timesteps for step in range(self.num_timesteps)]
        self.set_sigmas(torch.stack([self.sigma(torch.tensor(time)) for time in times]).float())

    def sigma(self, timestep: Any) -> Any:
        import torch

        angle = (timestep + self.cosine_s) / (1 + self.cosine_s) * torch.pi / 2
        kept = torch.cos(angle) ** 2 / self._init_alpha_cumprod
        if self.shift != 1.0:
            log_snr = (kept / (1 - kept)).log() + 2 * math.log(1.0 / self.shift)
            kept = log_snr.sigmoid()
        kept = kept.clamp(0.0001, 0.9999)
        return ((1 - kept) / kept) ** 0.5

    def timestep(self, sigma: Any) -> Any:
        import torch

        kept = (1 / (sigma * sigma + 1)).clamp(0, 1.0)
        start = self._init_alpha_cumprod.to(kept.device)
        offset = self.cosine_s.to(kept.device)
        angle = torch.acos((kept * start).sqrt()) / (torch.pi * 0.5)
        return angle * (1 + offset) - offset

    def percent_to_sigma(self, percent: float) -> Any:
        import torch

        if percent <= 0.0:
            return _FAR
        if percent >= 1.0:
            return 0.0
        return self.sigma(torch.tensor(1.0 - percent))


class ModelSamplingFlux(_Base):  # type: ignore[misc]
    """Rectified flow with Flux's shift."""

    sigmas: Any

    def __init__(self, model_config: Any = None) -> None:
        super().__init__()
        self.set_parameters(shift=_settings(model_config).get("shift", 1.15))

    def set_parameters(self, shift: float = 1.15, timesteps: int = 10000) -> None:
        import torch

        self.shift = shift
        steps = torch.arange(1, timesteps + 1, 1) / timesteps
        self.register_buffer("sigmas", self.sigma(steps))

    @property
    def sigma_min(self) -> Any:
        return self.sigmas[0]

    @property
    def sigma_max(self) -> Any:
        return self.sigmas[-1]

    def timestep(self, sigma: Any) -> Any:
        return sigma

    def sigma(self, timestep: Any) -> Any:
        return flux_time_shift(self.shift, 1.0, timestep)

    def percent_to_sigma(self, percent: float) -> Any:
        if percent <= 0.0:
            return 1.0
        if percent >= 1.0:
            return 0.0
        return flux_time_shift(self.shift, 1.0, 1.0 - percent)
