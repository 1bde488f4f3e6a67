"""``comfy.cli_args``: the host's command-line options at their defaults, on a host without a GPU.

Source of the names and defaults: ComfyUI 0.3.64 and Hanzo Studio 0.3.71.
"""

from __future__ import annotations

import argparse
import enum
from typing import Any

from reference_runtime.host.text import words
from reference_runtime.levels import ACTIVE
from reference_runtime.touches import LOG


class LatentPreviewMethod(enum.Enum):
    NoPreviews = "none"
    Auto = "auto"
    Latent2RGB = "latent2rgb"
    TAESD = "taesd"


class PerformanceFeature(enum.Enum):
    Fp16Accumulation = "fp16_accumulation"
    Fp8MatrixMultiplication = "fp8_matrix_mult"
    CublasOps = "cublas_ops"
    AutoTune = "autotune"


_OFF = words("""
auto_launch disable_auto_launch cuda_malloc disable_cuda_malloc force_fp32 force_fp16 fp32_unet
fp64_unet bf16_unet fp16_unet fp8_e4m3fn_unet fp8_e5m2_unet fp8_e8m0fnu_unet fp16_vae fp32_vae
bf16_vae cpu_vae fp8_e4m3fn_text_enc fp8_e5m2_text_enc fp16_text_enc fp32_text_enc bf16_text_enc
force_channels_last disable_ipex_optimize supports_fp8_compute cache_classic cache_none
use_split_cross_attention use_quad_cross_attention use_pytorch_cross_attention use_sage_attention
use_flash_attention disable_xformers force_upcast_attention dont_upcast_attention gpu_only highvram
normalvram lowvram novram async_offload force_non_blocking disable_smart_memory deterministic
mmap_torch_files disable_mmap dont_print_server quick_test_for_ci windows_standalone_build
disable_metadata disable_all_custom_nodes disable_api_nodes multi_user log_stdout
enable_compress_response_body
""")
_UNSET = words("""
tls_keyfile tls_certfile enable_cors_header base_directory extra_model_paths_config output_directory
temp_directory input_directory cuda_device default_device directml oneapi_device_selector
reserve_vram front_end_root user_directory
""")
_API_BASE = {"comfy": "https://api.comfy.org", "studio": "https://api.studio.hanzo.ai"}
_FRONT_END = {"comfy": "comfyanonymous/ComfyUI@latest", "studio": "hanzoai/Studio@latest"}

DEFAULT_VERSION_STRING = _FRONT_END[ACTIVE.level.brand]


class Arguments(argparse.Namespace):
    """The parsed options. An option we don't know is off (None), and recorded as unknown."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or LOG.guarded():
            raise AttributeError(f"no command-line option {name!r}")
        LOG.record(f"comfy.cli_args.args.{name}", "unknown")
        return None


def _defaults() -> Arguments:
    brand = ACTIVE.level.brand
    values: dict[str, Any] = dict.fromkeys(_OFF, False) | dict.fromkeys(_UNSET)
    values |= {
        "listen": "127.0.0.1",
        "port": 8188,
        "max_upload_size": 100,
        "preview_method": LatentPreviewMethod.NoPreviews,
        "preview_size": 512,
        "cache_lru": 0,
        "default_hashing_function": "sha256",
        "fast": set(),
        "whitelist_custom_nodes": [],
        "verbose": "INFO",
        "front_end_version": DEFAULT_VERSION_STRING,
        f"{brand}_api_base": _API_BASE[brand],
        "database_url": "sqlite:///:memory:",
        "cpu": True,
    }
    if ACTIVE.level.rank >= 1:
        values |= {"cache_ram": 0, "disable_pinned_memory": False}
    return Arguments(**values)


args = _defaults()
