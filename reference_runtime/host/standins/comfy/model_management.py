"""``comfy.model_management``: the answers of a host that runs on the CPU alone.

Source of the answers: ComfyUI 0.3.71 started with ``--cpu``. torch is imported when a function
needs it; module constants that are torch objects are made on first access.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any

from reference_runtime.host.missing import needs_host


class VRAMState(Enum):
    DISABLED = 0
    NO_VRAM = 1
    LOW_VRAM = 2
    NORMAL_VRAM = 3
    HIGH_VRAM = 4
    SHARED = 5


class CPUState(Enum):
    GPU = 0
    CPU = 1
    MPS = 2


class InterruptProcessingException(Exception):
    """The user cancelled the run."""


vram_state = VRAMState.DISABLED
set_vram_to = VRAMState.DISABLED
cpu_state = CPUState.CPU
current_loaded_models: list[Any] = []

directml_enabled = False
lowvram_available = True
xpu_available = False
npu_available = False
mlu_available = False
ixuca_available = False
XFORMERS_IS_AVAILABLE = False
XFORMERS_ENABLED_VAE = False
XFORMERS_VERSION = ""
ENABLE_PYTORCH_ATTENTION = False
SUPPORT_FP8_OPS = False
FORCE_FP32 = False
DISABLE_SMART_MEMORY = False
PRIORITIZE_FP16 = False
WINDOWS = sys.platform == "win32"
EXTRA_RESERVED_VRAM = 400 * 1024 * 1024
MIN_WEIGHT_MEMORY_RATIO = 0.4
NUM_STREAMS = 1
STREAMS: dict[Any, Any] = {}
MAX_PINNED_MEMORY = -1
TOTAL_PINNED_MEMORY = 0

_MINIMUM_INFERENCE_MEMORY = 1024 * 1024 * 1024 * 0.8 + EXTRA_RESERVED_VRAM
_FLOAT8 = ("float8_e4m3fn", "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu")
_LAZY: dict[str, Callable[[], Any]] = {
    "FLOAT8_TYPES": lambda: get_supported_float8_types(),
    "OOM_EXCEPTION": lambda: getattr(_torch(), "OutOfMemoryError", RuntimeError),
    "torch_version": lambda: _torch().version.__version__,
    "total_ram": lambda: get_total_memory(_cpu()) / (1024 * 1024),
    "total_vram": lambda: get_total_memory(_cpu()) / (1024 * 1024),
}


def __getattr__(name: str) -> Any:
    if name not in _LAZY:
        raise AttributeError(name)
    value = globals()[name] = _LAZY[name]()
    return value


def _torch() -> Any:
    import torch

    return torch


def _cpu() -> Any:
    return _torch().device("cpu")


# --- devices ------------------------------------------------------------------------------------


def get_torch_device() -> Any:
    return _cpu()


def intermediate_device() -> Any:
    return _cpu()


def unet_offload_device() -> Any:
    return _cpu()


def unet_inital_load_device(parameters: int, dtype: Any) -> Any:
    return _cpu()


def text_encoder_device() -> Any:
    return _cpu()


def text_encoder_offload_device() -> Any:
    return _cpu()


def text_encoder_initial_device(load_device: Any, offload_device: Any, model_size: int = 0) -> Any:
    return offload_device


def vae_device() -> Any:
    return _cpu()


def vae_offload_device() -> Any:
    return _cpu()


def get_torch_device_name(device: Any) -> str:
    return str(getattr(device, "type", device))


def get_autocast_device(dev: Any) -> str:
    return str(getattr(dev, "type", "cuda"))


def is_device_type(device: Any, type: str) -> bool:
    return getattr(device, "type", None) == type


def is_device_cpu(device: Any) -> bool:
    return is_device_type(device, "cpu")


def is_device_mps(device: Any) -> bool:
    return is_device_type(device, "mps")


def is_device_xpu(device: Any) -> bool:
    return is_device_type(device, "xpu")


def is_device_cuda(device: Any) -> bool:
    return is_device_type(device, "cuda")


def cpu_mode() -> bool:
    return True


def mps_mode() -> bool:
    return False


def is_nvidia() -> bool:
    return False


def is_amd() -> bool:
    return False


def is_intel_xpu() -> bool:
    return False


def is_ascend_npu() -> bool:
    return False


def is_mlu() -> bool:
    return False


def is_ixuca() -> bool:
    return False


def is_directml_enabled() -> bool:
    return False


# --- dtypes -------------------------------------------------------------------------------------


def get_supported_float8_types() -> list[Any]:
    """The float8 dtypes that this torch has."""
    return [getattr(_torch(), name) for name in _FLOAT8 if hasattr(_torch(), name)]


def intermediate_dtype() -> Any:
    return _torch().float32


def unet_dtype(
    device: Any = None,
    model_params: int = 0,
    supported_dtypes: Sequence[Any] = (),
    weight_dtype: Any = None,
) -> Any:
    return _torch().float32


def unet_manual_cast(
    weight_dtype: Any, inference_device: Any, supported_dtypes: Sequence[Any] = ()
) -> Any:
    """The dtype to compute in when weights are kept in another; None when they are float32."""
    return None if weight_dtype in (_torch().float32, _torch().float64) else _torch().float32


def text_encoder_dtype(device: Any = None) -> Any:
    return _torch().float16


def vae_dtype(device: Any = None, allowed_dtypes: Sequence[Any] = ()) -> Any:
    return _torch().float32


def dtype_size(dtype: Any) -> int:
    """Bytes one number of the dtype takes."""
    return int(_torch().empty((), dtype=dtype).element_size())


def should_use_fp16(*args: Any, **kwargs: Any) -> bool:
    return False


def should_use_bf16(*args: Any, **kwargs: Any) -> bool:
    return False


def supports_dtype(device: Any, dtype: Any) -> bool:
    return bool(dtype == _torch().float32)


def supports_cast(device: Any, dtype: Any) -> bool:
    return True


def supports_fp8_compute(device: Any = None) -> bool:
    return False


def extended_fp16_support() -> bool:
    return True


def pick_weight_dtype(dtype: Any, fallback_dtype: Any, device: Any = None) -> Any:
    return (
        fallback_dtype if dtype is None or dtype_size(dtype) > dtype_size(fallback_dtype) else dtype
    )


def force_upcast_attention_dtype() -> Any:
    return None


def force_channels_last() -> bool:
    return False


# --- attention ----------------------------------------------------------------------------------


def xformers_enabled() -> bool:
    return False


def xformers_enabled_vae() -> bool:
    return False


def pytorch_attention_enabled() -> bool:
    return False


def pytorch_attention_enabled_vae() -> bool:
    return False


def pytorch_attention_flash_attention() -> bool:
    return False


def sage_attention_enabled() -> bool:
    return False


def flash_attention_enabled() -> bool:
    return False


# --- memory -------------------------------------------------------------------------------------


def get_total_memory(dev: Any = None, torch_total_too: bool = False) -> Any:
    """Bytes of main memory."""
    total = _memory("SC_PHYS_PAGES")
    return (total, total) if torch_total_too else total


def get_free_memory(dev: Any = None, torch_free_too: bool = False) -> Any:
    """Half of the main memory: what is free in fact would make each run of a node another one."""
    free = _memory("SC_PHYS_PAGES") // 2
    return (free, free) if torch_free_too else free


def _memory(pages: str) -> int:
    import os

    try:
        return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return 8 * 1024**3


def extra_reserved_memory() -> int:
    return EXTRA_RESERVED_VRAM


def minimum_inference_memory() -> float:
    return _MINIMUM_INFERENCE_MEMORY


def maximum_vram_for_weights(device: Any = None) -> float:
    return float(get_total_memory(device) * 0.88 - minimum_inference_memory())


def module_size(module: Any) -> int:
    """Bytes of all tensors of a module's state dict."""
    return sum(value.nelement() * value.element_size() for value in module.state_dict().values())


def use_more_memory(extra_memory: float, loaded_models: Any, device: Any) -> None:
    """Nothing is loaded, so nothing can be moved."""


def offloaded_memory(loaded_models: Any, device: Any) -> int:
    return 0


def free_memory(memory_required: float, device: Any, keep_loaded: Sequence[Any] = ()) -> list[Any]:
    """Nothing is loaded, so nothing is unloaded."""
    return []


def soft_empty_cache(force: bool = False) -> None:
    """There is no device cache."""


def unload_all_models() -> None:
    current_loaded_models.clear()


def cleanup_models() -> None:
    """Nothing is loaded."""


def cleanup_models_gc() -> None:
    """Nothing is loaded."""


def loaded_models(only_currently_used: bool = False) -> list[Any]:
    return list(current_loaded_models)


def load_models_gpu(
    models: Sequence[Any],
    memory_required: float = 0,
    force_patch_weights: bool = False,
    minimum_memory_required: float | None = None,
    force_full_load: bool = False,
) -> None:
    """There is nothing to load of a fake that stands in for a model; others need a real host."""
    if not all(getattr(model, "is_fake", False) for model in models):
        needs_host("comfy.model_management.load_models_gpu")


def load_model_gpu(model: Any) -> None:
    load_models_gpu([model])


def raise_non_oom(e: BaseException) -> None:
    """Raise the exception unless it tells that memory ran out."""
    if not isinstance(e, getattr(_torch(), "OutOfMemoryError", MemoryError)):
        raise e


def pin_memory(tensor: Any) -> bool:
    return False


def unpin_memory(tensor: Any) -> bool:
    return False


# --- casting ------------------------------------------------------------------------------------


def device_supports_non_blocking(device: Any) -> bool:
    return True


def current_stream(device: Any) -> None:
    return None


def get_offload_stream(device: Any) -> None:
    return None


def sync_stream(device: Any, stream: Any) -> None:
    """There are no streams."""


def cast_to(
    weight: Any,
    dtype: Any = None,
    device: Any = None,
    non_blocking: bool = False,
    copy: bool = False,
    stream: Any = None,
) -> Any:
    """The tensor on a device in a dtype; the same tensor when nothing changes."""
    return weight.to(device=device, dtype=dtype, copy=copy)


def cast_to_device(tensor: Any, device: Any, dtype: Any, copy: bool = False) -> Any:
    return cast_to(tensor, dtype=dtype, device=device, copy=copy)


# --- interrupting -------------------------------------------------------------------------------

interrupt_processing = False
interrupt_processing_mutex = threading.RLock()
_look_first: Callable[[], None] = lambda: None  # noqa: E731 - replaced by a worker that is served
"""Takes in what has arrived from the host, before the flag is looked at."""


def interrupt_current_processing(value: bool = True) -> None:
    global interrupt_processing
    with interrupt_processing_mutex:
        interrupt_processing = value


def processing_interrupted() -> bool:
    _look_first()
    return interrupt_processing


def throw_exception_if_processing_interrupted() -> None:
    """InterruptProcessingException once after a cancel."""
    global interrupt_processing
    _look_first()
    with interrupt_processing_mutex:
        if interrupt_processing:
            interrupt_processing = False
            raise InterruptProcessingException
