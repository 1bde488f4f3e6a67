"""Stand-ins for SAMPLER, GUIDER and CONTROL_NET: the host's faces around a few plain steps."""

from __future__ import annotations

import copy
from typing import Any

from reference_runtime.recipes.fakes.model import FakeModel
from reference_runtime.recipes.fakes.modules import TinyDiffusion
from reference_runtime.recipes.fakes.naming import Fake


class FakeSampler(Fake):
    """Not one of the host's samplers: Euler steps."""

    io_type = "SAMPLER"

    def __init__(self) -> None:
        self.sampler_function = self._steps
        self.extra_options: dict[str, Any] = {}
        self.inpaint_options: dict[str, Any] = {}

    def max_denoise(self, model_wrap: Any, sigmas: Any) -> bool:
        return True

    def sample(
        self, model_wrap: Any, sigmas: Any, extra_args: dict[str, Any], callback: Any, noise: Any,
        latent_image: Any = None, denoise_mask: Any = None, disable_pbar: bool = False,
    ) -> Any:  # fmt: skip
        """From noise [B, C, ...] along ``sigmas`` [steps + 1]; the shape of the noise."""
        start = noise * sigmas[0]
        if latent_image is not None:
            start = start + latent_image
        return self._steps(model_wrap, start, sigmas, extra_args, callback, disable_pbar)

    def _steps(
        self, model: Any, x: Any, sigmas: Any, extra_args: Any = None, callback: Any = None,
        disable: Any = None, **kwargs: Any,
    ) -> Any:  # fmt: skip
        for step in range(len(sigmas) - 1):
            sigma = sigmas[step]
            clean = model(x, sigma.expand(x.shape[0]), **(extra_args or {}))
            if callback is not None:
                seen = {"x": x, "i": step, "sigma": sigma, "sigma_hat": sigma, "denoised": clean}
                callback(seen)
            x = x + (x - clean) / sigma * (sigmas[step + 1] - sigma)
        return x


class FakeGuider(Fake):
    """Not a guider: what its model says, without conditions."""

    io_type = "GUIDER"

    def __init__(self, model: FakeModel) -> None:
        self.model_patcher = model
        self.model_options = model.model_options
        self.original_conds: dict[str, Any] = {}
        self.conds: dict[str, Any] = {}
        self.cfg = 1.0
        self.inner_model = model.model
        self.loaded_models: list[Any] = []

    def set_conds(self, positive: Any, negative: Any = None) -> None:
        self.inner_set_conds({"positive": positive, "negative": negative})

    def inner_set_conds(self, conds: dict[str, Any]) -> None:
        self.original_conds = dict(conds)
        self.conds = dict(conds)

    def set_cfg(self, cfg: float) -> None:
        self.cfg = cfg

    def predict_noise(
        self, x: Any, timestep: Any, model_options: Any = None, seed: Any = None
    ) -> Any:
        """What is left of ``x`` without its noise, of its shape."""
        return self.model_patcher.model.apply_model(x, timestep)

    def __call__(self, x: Any, sigma: Any, *args: Any, **kwargs: Any) -> Any:
        return self.predict_noise(x, sigma)

    def sample(
        self, noise: Any, latent_image: Any, sampler: Any, sigmas: Any, denoise_mask: Any = None,
        callback: Any = None, disable_pbar: bool = False, seed: Any = None,
    ) -> Any:  # fmt: skip
        """Latents of the shape of the noise [B, C, ...]."""
        if len(sigmas) == 0:
            return latent_image

        def told(seen: dict[str, Any]) -> None:
            callback(seen["i"], seen["denoised"], seen["x"], len(sigmas) - 1)

        tell = told if callback is not None else None
        return sampler.sample(self, sigmas, {}, tell, noise, latent_image, denoise_mask)


class FakeControlNet(Fake):
    """Not a control network: keeps the hint and the range it is given."""

    io_type = "CONTROL_NET"

    def __init__(self) -> None:
        self.control_model = TinyDiffusion(0)
        self.cond_hint_original: Any = None
        self.cond_hint: Any = None
        self.strength = 1.0
        self.timestep_percent_range = (0.0, 1.0)
        self.previous_controlnet: FakeControlNet | None = None
        self.extra_args: dict[str, Any] = {}
        self.extra_concat: Any = None
        self.extra_concat_orig: list[Any] = []
        self.extra_hooks: Any = None
        self.extra_conds: list[str] = []
        self.vae: Any = None
        self.global_average_pooling = False
        self.compression_ratio = 8
        self.concat_mask = False
        self.latent_format: Any = None

    def copy(self) -> FakeControlNet:
        made = copy.copy(self)
        made.extra_args = dict(self.extra_args)
        made.extra_concat_orig = list(self.extra_concat_orig)
        return made

    def set_cond_hint(
        self, cond_hint: Any, strength: float = 1.0, timestep_percent_range: Any = (0.0, 1.0),
        vae: Any = None, extra_concat: Any = (),
    ) -> FakeControlNet:  # fmt: skip
        self.cond_hint_original = cond_hint
        self.strength = strength
        self.timestep_percent_range = timestep_percent_range
        self.vae = vae
        self.extra_concat_orig = list(extra_concat)
        return self

    def set_previous_controlnet(self, controlnet: Any) -> FakeControlNet:
        self.previous_controlnet = controlnet
        return self

    def set_extra_arg(self, argument: str, value: Any = None) -> None:
        self.extra_args[argument] = value

    def get_extra_hooks(self) -> list[Any]:
        return [] if self.extra_hooks is None else [self.extra_hooks]

    def get_models(self) -> list[Any]:
        return []

    def pre_run(self, model: Any, percent_to_timestep_function: Any) -> None:
        """Nothing is prepared."""

    def cleanup(self) -> None:
        """Nothing is held."""
