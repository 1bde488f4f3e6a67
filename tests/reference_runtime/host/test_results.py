"""The real functions compute what the host computes (``tests/data/host_results.json``)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reference_runtime.host.standins.comfy import (
    hooks,
    model_sampling,
    resizing,
    samplers,
    tiling,
    utils,
)
from reference_runtime.host.standins.comfy.k_diffusion import sampling
from reference_runtime.host.standins.comfy_extras import nodes_mask, nodes_post_processing

torch: Any = pytest.importorskip("torch")
RECORDED = json.loads((Path(__file__).parents[2] / "data" / "host_results.json").read_text())
SETTINGS: dict[str, dict[str, float]] = {
    "ModelSamplingDiscrete": {},
    "ModelSamplingDiscreteFlow": {"shift": 3.0},
    "ModelSamplingFlux": {},
}


def ramp(*shape: int) -> Any:
    """sin(0.37 * i) over the flattened index: the inputs the host was given."""
    values = torch.arange(math.prod(shape), dtype=torch.float32).mul(0.37).sin()
    return values.reshape(shape)


def same(result: Any, recorded: dict[str, Any]) -> bool:
    return list(result.shape) == recorded["shape"] and result.flatten().tolist() == pytest.approx(
        recorded["values"], abs=2e-6
    )


def model(kind: str) -> Any:
    config = SimpleNamespace(sampling_settings=SETTINGS[kind])
    return getattr(model_sampling, kind)(config)


@pytest.mark.parametrize("case", RECORDED["upscale"])
def test_common_upscale(case: str) -> None:
    method, crop = case.split()
    if method == "lanczos":
        pytest.importorskip("PIL")
    image = ramp(1, 3, 4, 5)
    image = image.abs() if method == "lanczos" else image
    assert same(resizing.common_upscale(image, 6, 3, method, crop), RECORDED["upscale"][case])


def test_common_upscale_keeps_the_form_of_a_video() -> None:
    made = resizing.common_upscale(ramp(1, 2, 2, 4, 4), 3, 2, "bilinear", "disabled")
    assert same(made, RECORDED["video"])


def test_tiled_scale_blends_tiles_and_counts_them() -> None:
    counted: list[int] = []
    progress = SimpleNamespace(update=counted.append)

    def double(tile: Any) -> Any:
        return torch.nn.functional.interpolate(tile, scale_factor=2) + tile.mean()

    made = tiling.tiled_scale(
        ramp(1, 2, 9, 10), double, 4, 4, 2, upscale_amount=2, out_channels=2, pbar=progress
    )
    assert same(made, RECORDED["tiled"])
    assert sum(counted) == tiling.get_tiled_scale_steps(10, 9, 4, 4, 2)


@pytest.mark.parametrize("case", RECORDED["resize_to_batch"])
def test_resize_to_batch_size(case: str) -> None:
    have, want = map(int, case.split())
    expected = RECORDED["resize_to_batch"][case]
    assert utils.resize_to_batch_size(torch.arange(have), want).tolist() == expected
    assert list(utils.resize_list_to_batch_size(list(range(have)), want)) == expected


def test_reshape_mask() -> None:
    assert same(utils.reshape_mask(ramp(1, 3, 3), (2, 2, 4, 4)), RECORDED["reshape_mask"])


@pytest.mark.parametrize("method", RECORDED["interpolation"])
def test_interpolation_of_hook_keyframes(method: str) -> None:
    made = hooks.InterpolationMethod.get_weights(0.2, 1.0, 4, method)
    assert made.tolist() == pytest.approx(RECORDED["interpolation"][method], abs=2e-6)


@pytest.mark.parametrize("scheduler", samplers.SCHEDULER_NAMES)
@pytest.mark.parametrize("kind", RECORDED["sigmas"])
def test_schedules(kind: str, scheduler: str) -> None:
    if scheduler == "beta":
        pytest.importorskip("scipy")
    made = samplers.calculate_sigmas(model(kind), scheduler, 5)
    assert made.tolist() == pytest.approx(RECORDED["sigmas"][kind][scheduler], abs=2e-5)


def test_an_unknown_scheduler_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown scheduler 'quick'; known: simple"):
        samplers.calculate_sigmas(model("ModelSamplingFlux"), "quick", 5)


@pytest.mark.parametrize("kind", RECORDED["percent"])
def test_percent_to_sigma(kind: str) -> None:
    made = [float(model(kind).percent_to_sigma(percent)) for percent in (0.0, 0.25, 0.5, 1.0)]
    assert made == pytest.approx(RECORDED["percent"][kind], abs=2e-5)


def test_schedules_of_k_diffusion() -> None:
    made = {
        "polyexponential": sampling.get_sigmas_polyexponential(5, 0.03, 14.6, rho=2.0),
        "vp": sampling.get_sigmas_vp(5),
        "laplace": sampling.get_sigmas_laplace(5, 0.03, 14.6),
    }
    for name, recorded in RECORDED["schedules"].items():
        assert made[name].tolist() == pytest.approx(recorded, abs=2e-5), name


def test_composite_pastes_under_a_mask() -> None:
    source, mask = ramp(1, 1, 4, 4) + 2, ramp(1, 2, 2).abs()
    made = nodes_mask.composite(ramp(1, 1, 5, 6), source, 3, 2, mask, 1)
    assert same(made, RECORDED["composite"])


def test_composite_refuses_negative_positions_as_the_host_does() -> None:
    with pytest.raises(RuntimeError, match="negative position"):
        nodes_mask.composite(ramp(1, 1, 5, 6), ramp(1, 1, 4, 4), -1, 0, None, 1)


def test_gaussian_kernel() -> None:
    assert same(nodes_post_processing.gaussian_kernel(3, 0.7), RECORDED["gaussian"])


def test_padding_for_outpainting_fades_towards_the_border() -> None:
    from reference_runtime.host.core_classes import core_class

    pad: Any = core_class("nodes", "ImagePadForOutpaint")
    image, mask = pad().expand_image(ramp(1, 9, 9, 1).abs(), 2, 0, 0, 1, 3)
    assert image.shape == (1, 10, 11, 1)
    assert same(mask, RECORDED["pad"])
