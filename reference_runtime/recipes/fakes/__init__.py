"""Small stand-ins for what needs weights: opt-in, and named as fakes wherever they are told of.

Each has the shape of the host's object and a toy inside, so that a node's own code can run. What a
node gives with them says nothing about real models.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reference_runtime.recipes.fakes.coding import FakeCLIP, FakeClipVision, FakeVAE
from reference_runtime.recipes.fakes.model import FakeModel
from reference_runtime.recipes.fakes.modules import TinyBase
from reference_runtime.recipes.fakes.sampling import FakeControlNet, FakeGuider, FakeSampler


def _model(recipe: Mapping[str, Any]) -> FakeModel:
    return FakeModel(TinyBase(recipe.get("seed", 0)))


FAKES: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "MODEL": _model,
    "CLIP": lambda recipe: FakeCLIP(recipe.get("seed", 0)),
    "VAE": lambda recipe: FakeVAE(recipe.get("seed", 0)),
    "CLIP_VISION": lambda recipe: FakeClipVision(recipe.get("seed", 0)),
    "CONTROL_NET": lambda recipe: FakeControlNet(),
    "SAMPLER": lambda recipe: FakeSampler(),
    "GUIDER": lambda recipe: FakeGuider(_model(recipe)),
}
"""By io type."""
