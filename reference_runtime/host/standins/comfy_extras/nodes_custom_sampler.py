"""``comfy_extras.nodes_custom_sampler``: noise objects are real, guiders can be derived from.

The node classes of this module come from the table of core nodes. Source: ComfyUI 0.3.64.
"""

from __future__ import annotations

from typing import Any

from reference_runtime.host.standins.comfy.sample import prepare_noise
from reference_runtime.host.standins.comfy.samplers import CFGGuider
from reference_runtime.host.stubs import model_code


class Noise_EmptyNoise:
    """No noise: zeros like the latent's samples."""

    def __init__(self) -> None:
        self.seed = 0

    def generate_noise(self, input_latent: dict[str, Any]) -> Any:
        import torch

        samples = input_latent["samples"]
        return torch.zeros(samples.shape, dtype=samples.dtype, layout=samples.layout, device="cpu")


class Noise_RandomNoise:
    """Gaussian noise of a seed; ``batch_index`` of the latent says which entry gets which."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def generate_noise(self, input_latent: dict[str, Any]) -> Any:
        return prepare_noise(input_latent["samples"], self.seed, input_latent.get("batch_index"))


@model_code
class Guider_Basic(CFGGuider):
    """Guidance by one conditioning."""

    def set_conds(self, positive: Any) -> None:  # type: ignore[override]
        self.inner_set_conds({"positive": positive})


@model_code
class Guider_DualCFG(CFGGuider):
    """Guidance by two positive conditionings and a negative one."""

    def set_cfg(self, cfg1: float, cfg2: float, nested: bool = False) -> None:  # type: ignore[override]
        self.cfg1 = cfg1
        self.cfg2 = cfg2
        self.nested = nested

    def set_conds(self, positive: Any, middle: Any, negative: Any) -> None:  # type: ignore[override]
        self.inner_set_conds({"positive": positive, "middle": middle, "negative": negative})
