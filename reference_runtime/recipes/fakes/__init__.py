"""Small stand-ins for what needs weights: opt-in, and named as fakes wherever they are told of.

Each has the shape of the host's object and a toy inside, so that a node's own code can run. What a
node gives with them says nothing about real models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reference_runtime.recipes.fakes.coding import FakeCLIP, FakeClipVision
from reference_runtime.recipes.fakes.helping import FakeGligen, FakeStyleModel, FakeUpscaler
from reference_runtime.recipes.fakes.model import FakeModel
from reference_runtime.recipes.fakes.modules import TinyBase
from reference_runtime.recipes.fakes.sampling import FakeControlNet, FakeGuider, FakeSampler
from reference_runtime.recipes.fakes.vae import FakeVAE


def _model(recipe: Mapping[str, Any]) -> FakeModel:
    return FakeModel(TinyBase(recipe.get("seed", 0)))


def _vision_output(recipe: Mapping[str, Any]) -> Any:
    """What the fake CLIP_VISION says of a grey picture."""
    import torch

    return FakeClipVision(recipe.get("seed", 0)).encode_image(torch.full((1, 8, 8, 3), 0.5))


FAKES: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "MODEL": _model,
    "CLIP": lambda recipe: FakeCLIP(recipe.get("seed", 0)),
    "VAE": lambda recipe: FakeVAE(recipe.get("seed", 0), bool(recipe.get("video"))),
    "CLIP_VISION": lambda recipe: FakeClipVision(recipe.get("seed", 0)),
    "CLIP_VISION_OUTPUT": _vision_output,
    "CONTROL_NET": lambda recipe: FakeControlNet(),
    "STYLE_MODEL": lambda recipe: FakeStyleModel(),
    "GLIGEN": lambda recipe: FakeGligen(recipe.get("seed", 0)),
    "UPSCALE_MODEL": lambda recipe: FakeUpscaler(),
    "SAMPLER": lambda recipe: FakeSampler(),
    "GUIDER": lambda recipe: FakeGuider(_model(recipe)),
}
"""By io type."""
