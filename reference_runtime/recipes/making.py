"""From a recipe to the value: what the worker does before a call.

A recipe is plain JSON in one of a few forms: ``{"value": 3}`` is that very value, ``{"list": []}``
and ``{"tuple": []}`` hold what their recipes make, ``{"dict": {}}`` likewise, and
``{"make": "IMAGE", ...}`` is a value of an io type, by its maker. ``{"make": "OUTPUT", ...}`` is
what a node of the loaded pack gives: ``node``, ``class_name``, ``output`` (its place), ``inputs``.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from typing import Any

from reference_runtime.recipes.bits import filled

Recipe = Any
Maker = Callable[[Mapping[str, Any]], Any]

SAMPLE_RATE = 44100
SIGMA_MAX = 14.614642
"""Where common schedules begin."""


class BadRecipe(ValueError):
    """Not a recipe, or one of a kind that is not known here."""


class Later:
    """An output of a node of a pack that is not loaded yet; see ``now``."""

    def __init__(self, recipe: Mapping[str, Any]) -> None:
        self.recipe = recipe


def now(value: Any) -> Any:
    """The value with what was left for later made: the pack is loaded."""
    if isinstance(value, Later):
        return make(value.recipe)
    if isinstance(value, (list, tuple)) and type(value) in (list, tuple):
        return type(value)(now(each) for each in value)
    return {name: now(each) for name, each in value.items()} if type(value) is dict else value


produce: Callable[[Mapping[str, Any]], Any] = Later
"""Makes an OUTPUT; whoever has loaded a pack puts its own in this place."""


def make(recipe: Recipe) -> Any:
    """The value, new each time, with the same bits each time. Raises BadRecipe, ImportError."""
    if not isinstance(recipe, Mapping):
        raise BadRecipe(f"a recipe is a dict, not {recipe!r}")
    if "value" in recipe:
        return copy.deepcopy(recipe["value"])
    if "list" in recipe:
        return [make(each) for each in recipe["list"]]
    if "tuple" in recipe:
        return tuple(make(each) for each in recipe["tuple"])
    if "dict" in recipe:
        return {name: make(each) for name, each in recipe["dict"].items()}
    kind = recipe.get("make")
    maker = _maker(str(kind), bool(recipe.get("fake")))
    if maker is None:
        raise BadRecipe(f"nothing is known of how to make {kind!r}: {dict(recipe)!r}")
    return maker(recipe)


def _maker(kind: str, fake: bool) -> Maker | None:
    """None for what can't be made. Fakes are made only where they are asked for by name."""
    if not fake:
        return MAKERS.get(kind)
    from reference_runtime.recipes.fakes import FAKES

    return FAKES.get(kind)


def _tensor(recipe: Mapping[str, Any]) -> Any:
    """float32 of the recipe's shape; IMAGE [B, H, W, C] and MASK [B, H, W] in 0..1."""
    return filled(recipe["shape"], recipe.get("fill", "uniform"), recipe.get("seed", 0))


def _latent(recipe: Mapping[str, Any]) -> Any:
    """``samples`` [B, C, H, W] float32 and, where the recipe has one, ``noise_mask``."""
    latent = {"samples": _tensor({"fill": "normal", **recipe})}
    if "noise_mask" in recipe:
        latent["noise_mask"] = make(recipe["noise_mask"])
    return latent


def _audio(recipe: Mapping[str, Any]) -> Any:
    """``waveform`` [B, channels, samples] float32 in -1..1, ``sample_rate`` in Hz."""
    waveform = _tensor(recipe) * 2.0 - 1.0
    return {"waveform": waveform, "sample_rate": recipe.get("rate", SAMPLE_RATE)}


def _sigmas(recipe: Mapping[str, Any]) -> Any:
    """float32 [steps + 1], falling to 0; or the recipe's own ``values``."""
    import torch

    values = recipe.get("values")
    if values is None:
        steps = int(recipe.get("steps", 10))
        values = [SIGMA_MAX * (steps - place) / steps for place in range(steps + 1)]
    return torch.tensor(values, dtype=torch.float32)


def _conditioning(recipe: Mapping[str, Any]) -> Any:
    """A list of [tokens [1, n, d], {"pooled_output": [1, d], **extra}] pairs."""
    tokens, width = recipe.get("tokens", 8), recipe.get("dim", 32)
    seed = recipe.get("seed", 0)
    entries = []
    for index in range(recipe.get("entries", 1)):
        own = seed + 2 * index
        pooled = filled([1, width], "normal", own + 1)
        extra = {name: make(each) for name, each in recipe.get("extra", {}).items()}
        text = filled([1, tokens, width], "normal", own)
        entries.append([text, {"pooled_output": pooled, **extra}])
    return entries


def _noise(recipe: Mapping[str, Any]) -> Any:
    return SeededNoise(recipe.get("seed", 0))


class SeededNoise:
    """What samplers take for NOISE: a seed, and noise for a latent."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def generate_noise(self, input_latent: Mapping[str, Any]) -> Any:
        """float32 of the shape of the latent's samples, on the CPU."""
        return filled(tuple(input_latent["samples"].shape), "normal", self.seed)


def _video(recipe: Mapping[str, Any]) -> Any:
    """A video of components: frames [N, H, W, 3] in 0..1 at ``rate`` per second, no sound."""
    from fractions import Fraction

    from reference_runtime.api.video import VideoComponents, VideoFromComponents

    rate = Fraction(recipe.get("rate", 24))
    return VideoFromComponents(VideoComponents(images=_tensor(recipe), frame_rate=rate))


def _tracks(recipe: Mapping[str, Any]) -> Any:
    """``track_path`` [frames, points, 2] float32 in pixels, ``track_visibility`` [frames, points]
    of booleans."""
    import torch

    frames, points = int(recipe["frames"]), int(recipe["points"])
    path = filled([frames, points, 2], "uniform", recipe.get("seed", 0)) * 64.0
    return {
        "track_path": path,
        "track_visibility": torch.ones([frames, points], dtype=torch.bool),
    }


def _amplitudes(recipe: Mapping[str, Any]) -> Any:
    """A numpy array [frames] float32 in 0..1: how loud a sound is in each frame."""
    return filled([int(recipe["frames"])], "uniform", recipe.get("seed", 0)).numpy()


MAKERS: dict[str, Maker] = {
    "IMAGE": _tensor,
    "MASK": _tensor,
    "LATENT": _latent,
    "AUDIO": _audio,
    "SIGMAS": _sigmas,
    "CONDITIONING": _conditioning,
    "NOISE": _noise,
    "VIDEO": _video,
    "TRACKS": _tracks,
    "NORMALIZED_AMPLITUDE": _amplitudes,
    "OUTPUT": lambda recipe: produce(recipe),
}
"""By io type: honest values, such as a user's graph could give."""
