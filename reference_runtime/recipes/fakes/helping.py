"""Stand-ins for what works beside a model: STYLE_MODEL, GLIGEN, UPSCALE_MODEL."""

from __future__ import annotations

from typing import Any

from reference_runtime.recipes.fakes.model import FakeModel
from reference_runtime.recipes.fakes.modules import TinyBase, TinyUpscaler
from reference_runtime.recipes.fakes.naming import Fake

TEXT_WIDTH = 32
"""As wide as the tokens of CONDITIONING that recipes make."""


class FakeStyleModel(Fake):
    """Not a style model: the first numbers of what a vision model saw."""

    io_type = "STYLE_MODEL"

    def get_cond(self, input: Any) -> Any:
        """From a CLIP_VISION_OUTPUT: [B, 257, 32]."""
        return input.last_hidden_state[..., :TEXT_WIDTH]


class FakeGligen(FakeModel):
    """Not GLIGEN: a patcher around the tiny network, with the width of its keys."""

    io_type = "GLIGEN"

    def __init__(self, seed: int = 0) -> None:
        super().__init__(TinyBase(seed))
        self.model.key_dim = TEXT_WIDTH


class FakeUpscaler(Fake):
    """Not an upscaling network: each pixel twice, in both directions."""

    io_type = "UPSCALE_MODEL"

    def __init__(self) -> None:
        self.scale = 2
        self.input_channels = self.output_channels = 3
        self.model = TinyUpscaler(self.scale)

    def to(self, device: Any = None, dtype: Any = None) -> FakeUpscaler:
        self.model.to(device=device, dtype=dtype)
        return self

    def cpu(self) -> FakeUpscaler:
        return self.to("cpu")

    def eval(self) -> FakeUpscaler:
        return self

    def __call__(self, image: Any) -> Any:
        """[B, 3, H, W] to [B, 3, 2H, 2W]."""
        return self.model(image)
