"""Values of sockets that need no weights: pictures, latents, sound, schedules, videos, boxes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio_conformance.strategies.sources import Form, Recipe, Source

CHANNELS = 3
LATENT_CHANNELS = 4
VIDEO_CHANNELS = 16
SAMPLES_PER_LINE = 64
"""Sound has so many samples for each line of a picture: short, and it follows the form."""


def _image(form: Form) -> Recipe:
    return {"make": "IMAGE", "shape": [form.batch, form.height, form.width, CHANNELS]}


def _mask(form: Form) -> Recipe:
    return {"make": "MASK", "shape": [form.batch, form.height, form.width]}


def _latent(form: Form) -> Recipe:
    frames = [form.frames] if form.frames else []
    channels = VIDEO_CHANNELS if form.frames else LATENT_CHANNELS
    return {"make": "LATENT", "shape": [form.batch, channels, *frames, *form.latent_size]}


def _audio(form: Form) -> Recipe:
    length = form.height * SAMPLES_PER_LINE if form.height > 1 else 1
    return {"make": "AUDIO", "shape": [form.batch, 2, length]}


def _sigmas(form: Form) -> Recipe:
    return {"make": "SIGMAS", "steps": 10}


def _conditioning(form: Form) -> Recipe:
    return {"make": "CONDITIONING"}


def _noise(form: Form) -> Recipe:
    return {"make": "NOISE"}


def _box(form: Form) -> Recipe:
    """The middle of a picture of the form: x, y, width, height in pixels."""
    x, y = form.width // 4, form.height // 4
    sides = {"x": x, "y": y, "width": max(form.width // 2, 1), "height": max(form.height // 2, 1)}
    return {"dict": {name: {"value": side} for name, side in sides.items()}}


def _boxes(form: Form) -> Recipe:
    """What packs hand on as BBOX: for each picture (x, y, width, height) in pixels."""
    box = {"tuple": list(_box(form)["dict"].values())}
    return {"list": [box] * form.batch}


def _tracks(form: Form) -> Recipe:
    return {"make": "TRACKS", "frames": 8 * form.batch if form.height > 1 else 1, "points": 4}


def _amplitudes(form: Form) -> Recipe:
    return {"make": "NORMALIZED_AMPLITUDE", "frames": 8 * form.batch if form.height > 1 else 1}


def _video(form: Form) -> Recipe:
    frames = 2 * form.batch if form.height > 1 else 1
    return {"make": "VIDEO", "shape": [frames, form.height, form.width, CHANNELS], "rate": 24}


SHAPES: dict[str, Callable[[Form], Recipe]] = {
    "IMAGE": _image,
    "MASK": _mask,
    "LATENT": _latent,
    "AUDIO": _audio,
    "SIGMAS": _sigmas,
    "CONDITIONING": _conditioning,
    "NOISE": _noise,
    "VIDEO": _video,
    "BBOX": _boxes,
    "BOUNDING_BOX": _box,
    "TRACKS": _tracks,
    "NORMALIZED_AMPLITUDE": _amplitudes,
}
SEEDED = (
    "IMAGE", "MASK", "LATENT", "AUDIO", "CONDITIONING", "NOISE", "VIDEO", "TRACKS",
    "NORMALIZED_AMPLITUDE",
)  # fmt: skip
FILLED = ("IMAGE", "MASK", "AUDIO", "LATENT", "VIDEO")
FAKES = (
    "MODEL", "CLIP", "VAE", "CLIP_VISION", "CLIP_VISION_OUTPUT", "CONTROL_NET", "STYLE_MODEL",
    "GLIGEN", "UPSCALE_MODEL", "SAMPLER", "GUIDER",
)  # fmt: skip
"""io types that need weights, and for which there are small stand-ins."""
RANDOM_FILLS = ("uniform", "zeros", "ones", "constant", "gradient", "binary")


class Tensor(Source):
    """One io type of ``SHAPES``; ``seed`` sets it apart from the node's other inputs."""

    is_tensor = True

    def __init__(self, io_type: str, seed: int) -> None:
        self.io_type = io_type
        self.seed = seed

    def default(self, form: Form) -> Recipe:
        recipe = SHAPES[self.io_type](form)
        if self.io_type in SEEDED:
            recipe["seed"] = self.seed
        if self.io_type in FILLED and not (self.io_type == "LATENT" and form.fill == "uniform"):
            recipe["fill"] = form.fill
        return recipe

    def random(self, form: Form) -> Any:
        from hypothesis import strategies as st

        recipe = self.default(form)
        changes: dict[str, Any] = {}
        if self.io_type in SEEDED:
            changes["seed"] = st.integers(self.seed, self.seed + 1000)
        if self.io_type in FILLED:
            changes["fill"] = st.sampled_from(RANDOM_FILLS)
        return st.fixed_dictionaries(changes).map(lambda drawn: {**recipe, **drawn})


class Fake(Source):
    """A small stand-in for what needs weights, named as such wherever it is told of."""

    def __init__(self, io_type: str) -> None:
        self.io_type = io_type
        self.fakes = (io_type,)

    def default(self, form: Form) -> Recipe:
        video = {"video": True} if form.frames and self.io_type == "VAE" else {}
        return {"make": self.io_type, "fake": True, **video}
