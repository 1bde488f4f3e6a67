"""Stand-ins for CLIP and CLIP_VISION: shapes and faces of the host's, a toy inside."""

from __future__ import annotations

import copy
import zlib
from typing import Any

from reference_runtime.recipes.bits import filled
from reference_runtime.recipes.fakes.model import FakeModel
from reference_runtime.recipes.fakes.modules import TinyBase
from reference_runtime.recipes.fakes.naming import Fake

TOKENS, WIDTH = 77, 768
PATCHES, VISION_WIDTH, PROJECTED = 257, 1280, 1024
IMAGE_SIZE = 224


class FakeCLIP(Fake):
    """Not a text encoder: numbers that depend on the words."""

    io_type = "CLIP"

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self.patcher = FakeModel(TinyBase(seed))
        self.cond_stage_model = self.patcher.model
        self.layer_idx: int | None = None
        self.tokenizer = self
        self.tokenizer_options: dict[str, Any] = {}
        self.use_clip_schedule = False
        self.apply_hooks_to_conds = None

    def clone(self) -> FakeCLIP:
        made = copy.copy(self)
        made.patcher = self.patcher.clone()
        made.tokenizer_options = dict(self.tokenizer_options)
        return made

    def tokenize(self, text: str, return_word_ids: bool = False, **kwargs: Any) -> dict[str, Any]:
        """By encoder: rows of 77 (token, weight) pairs, padded."""
        words = [zlib.crc32(word.encode()) % 49000 for word in text.split()]
        size = TOKENS - 2
        rows = [words[at : at + size] for at in range(0, max(len(words), 1), size)]
        padded = [[49406, *row, *[49407] * (TOKENS - 1 - len(row))] for row in rows]
        if return_word_ids:
            return {"l": [[(t, 1.0, place) for place, t in enumerate(row)] for row in padded]}
        return {"l": [[(token, 1.0) for token in row] for row in padded]}

    def encode_from_tokens(
        self, tokens: Any, return_pooled: Any = False, return_dict: bool = False
    ) -> Any:
        """[1, 77 * rows, 768], with ``return_pooled`` also [1, 768]."""
        import torch

        rows = next(iter(tokens.values())) if isinstance(tokens, dict) else tokens
        seeds = [zlib.crc32(repr(row).encode()) + self.seed for row in rows] or [self.seed]
        text = torch.cat([filled([1, TOKENS, WIDTH], "normal", seed) for seed in seeds], dim=1)
        pooled = filled([1, WIDTH], "normal", seeds[0] + 1)
        if return_dict:
            return {"cond": text, "pooled_output": pooled}
        return (text, pooled) if return_pooled else text

    def encode_from_tokens_scheduled(
        self, tokens: Any, unprojected: bool = False, add_dict: Any = None, show_pbar: bool = True
    ) -> list[Any]:
        text, pooled = self.encode_from_tokens(tokens, return_pooled=True)
        return [[text, {"pooled_output": pooled, **(add_dict or {})}]]

    def encode(self, text: str) -> Any:
        return self.encode_from_tokens(self.tokenize(text))

    def clip_layer(self, layer_idx: int) -> None:
        self.layer_idx = layer_idx

    def set_tokenizer_option(self, option_name: str, value: Any) -> None:
        self.tokenizer_options[option_name] = value

    def add_patches(self, *args: Any, **kwargs: Any) -> list[Any]:
        return self.patcher.add_patches(*args, **kwargs)

    def get_key_patches(self) -> dict[str, Any]:
        return self.patcher.get_key_patches()

    def get_sd(self) -> dict[str, Any]:
        return dict(self.cond_stage_model.state_dict())

    def get_model(self) -> FakeModel:
        return self.patcher

    def load_model(self) -> FakeModel:
        return self.patcher


class VisionOutput(Fake):
    """Results by name, as attributes and as items."""

    io_type = "CLIP_VISION_OUTPUT"

    def __init__(self, **values: Any) -> None:
        self.__dict__.update(values)

    def __getitem__(self, key: str) -> Any:
        return getattr(self, key)

    def __setitem__(self, key: str, item: Any) -> None:
        setattr(self, key, item)


class FakeClipVision(Fake):
    """Not an image encoder: numbers that depend on the picture's mean."""

    io_type = "CLIP_VISION"

    def __init__(self, seed: int = 0) -> None:
        import torch

        self.seed = seed
        self.patcher = FakeModel(TinyBase(seed))
        self.model = self.patcher.model
        self.image_size = IMAGE_SIZE
        self.load_device = torch.device("cpu")
        self.dtype = torch.float32
        self.return_all_hidden_states = False

    def encode_image(self, image: Any, crop: bool = True) -> VisionOutput:
        """[B, H, W, C] to ``image_embeds`` [B, 1024] and hidden states [B, 257, 1280]."""
        batch = image.shape[0]
        mean = image.float().mean(dim=tuple(range(1, image.ndim))).reshape(batch, 1, 1)
        hidden = filled([1, PATCHES, VISION_WIDTH], "normal", self.seed) * (1.0 + mean)
        embeds = filled([1, PROJECTED], "normal", self.seed + 1) * (1.0 + mean[:, :, 0])
        return VisionOutput(
            last_hidden_state=hidden,
            penultimate_hidden_states=hidden * 0.5,
            all_hidden_states=None,
            image_embeds=embeds,
            mm_projected=None,
            image_sizes=[tuple(image.shape[1:])] * batch,
        )

    def get_sd(self) -> dict[str, Any]:
        return dict(self.model.state_dict())
