"""``comfy.latent_formats``: channels, dimensions and scale of each model family's latents.

Source of the numbers: ComfyUI 0.3.64 and Hanzo Studio 0.3.71. The matrices for RGB previews and the
per-channel statistics of video VAEs are not carried: ``process_in`` / ``process_out`` of formats
that need statistics raise HostFeatureMissing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from reference_runtime.host.missing import needs_host
from reference_runtime.levels import ACTIVE


class LatentFormat:
    """Latents are (batch, ``latent_channels``, ... ``latent_dimensions`` sizes)."""

    scale_factor: float = 1.0
    latent_channels = 4
    latent_dimensions = 2
    latent_rgb_factors: Any = None
    latent_rgb_factors_bias: Any = None
    taesd_decoder_name: str | None = None

    def process_in(self, latent: Any) -> Any:
        """From the VAE's range to the model's."""
        return latent * self.scale_factor

    def process_out(self, latent: Any) -> Any:
        """From the model's range to the VAE's."""
        return latent / self.scale_factor


class SD15(LatentFormat):
    def __init__(self, scale_factor: float = 0.18215) -> None:
        self.scale_factor = scale_factor
        self.taesd_decoder_name = "taesd_decoder"


class SD3(LatentFormat):
    latent_channels = 16
    scale_factor = 1.5305
    shift_factor = 0.0609
    taesd_decoder_name = "taesd3_decoder"

    def process_in(self, latent: Any) -> Any:
        return (latent - self.shift_factor) * self.scale_factor

    def process_out(self, latent: Any) -> Any:
        return latent / self.scale_factor + self.shift_factor


class Flux(SD3):
    scale_factor = 0.3611
    shift_factor = 0.1159
    taesd_decoder_name = "taef1_decoder"


class _ByStatistics(LatentFormat):
    """A format whose scaling needs statistics of the VAE."""

    def process_in(self, latent: Any) -> Any:
        needs_host(f"comfy.latent_formats.{type(self).__name__}.process_in")

    def process_out(self, latent: Any) -> Any:
        needs_host(f"comfy.latent_formats.{type(self).__name__}.process_out")


class ChromaRadiance(LatentFormat):
    """Pixels themselves."""

    latent_channels = 3

    def process_in(self, latent: Any) -> Any:
        return latent

    def process_out(self, latent: Any) -> Any:
        return latent


class Wan21(LatentFormat):
    """Scaled by the mean and the deviation of each channel, as the VAE was published with them."""

    latent_channels = 16
    latent_dimensions = 3

    def process_in(self, latent: Any) -> Any:
        mean, deviation = _statistics(latent)
        return (latent - mean) * self.scale_factor / deviation

    def process_out(self, latent: Any) -> Any:
        mean, deviation = _statistics(latent)
        return latent * deviation / self.scale_factor + mean


_WAN_MEANS = (
    -0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508,
    0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921,
)  # fmt: skip
_WAN_DEVIATIONS = (
    2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743,
    3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160,
)  # fmt: skip


def _statistics(latent: Any) -> tuple[Any, Any]:
    """Means and deviations of the Wan 2.1 VAE, each [1, 16, 1, 1, 1] on the latent's device."""
    shape = [1, len(_WAN_MEANS), 1, 1, 1]
    mean, deviation = (latent.new_tensor(each) for each in (_WAN_MEANS, _WAN_DEVIATIONS))
    return mean.reshape(shape), deviation.reshape(shape)


class Wan22(_ByStatistics):
    latent_channels = 48
    latent_dimensions = 3


class _Form(NamedTuple):
    channels: int
    dimensions: int
    scale: float = 1.0
    decoder: str | None = None
    base: type[LatentFormat] = LatentFormat


_FORMS = {
    "SDXL": _Form(4, 2, 0.13025, "taesdxl_decoder"),
    "SDXL_Playground_2_5": _Form(4, 2, 0.5, "taesdxl_decoder", _ByStatistics),
    "SD_X4": _Form(4, 2, 0.08333),
    "SC_Prior": _Form(16, 2),
    "SC_B": _Form(4, 2, 1.0 / 0.43),
    "StableAudio1": _Form(64, 1),
    "Mochi": _Form(12, 3, base=_ByStatistics),
    "LTXV": _Form(128, 3),
    "HunyuanVideo": _Form(16, 3, 0.476986),
    "Cosmos1CV8x8x8": _Form(16, 3),
    "HunyuanImage21": _Form(64, 2, 0.75289),
    "HunyuanImage21Refiner": _Form(64, 3, 1.03682, base=_ByStatistics),
    "Hunyuan3Dv2": _Form(64, 1, 0.9990943042622529),
    "Hunyuan3Dv2_1": _Form(64, 1, 1.0039506158752403),
    "Hunyuan3Dv2mini": _Form(64, 1, 1.0188137142395404),
    "ACEAudio": _Form(8, 2),
}
if ACTIVE.level.rank >= 1:
    _FORMS["HunyuanVideo15"] = _Form(32, 3, 1.03682)


def _make(name: str, form: _Form) -> type[LatentFormat]:
    namespace = {
        "latent_channels": form.channels,
        "latent_dimensions": form.dimensions,
        "scale_factor": form.scale,
        "taesd_decoder_name": form.decoder,
    }
    return type(name, (form.base,), namespace)


for _name, _form in _FORMS.items():
    globals()[_name] = _make(_name, _form)
