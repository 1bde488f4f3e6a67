"""``comfy.ops``: layers that leave their weights uninitialised, and layers that cast while they
run.

``disable_weight_init`` and ``manual_cast`` are namespaces over ``torch.nn``. Where torch is not
installed the namespaces are there, their layers are stubs. Source of the names: ComfyUI 0.3.64.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from reference_runtime.host.stubs import make_stub
from reference_runtime.host.text import words


def _torch_if_any() -> Any:
    try:
        import torch
    except ImportError:
        return None
    return torch


torch = _torch_if_any()

LAYERS = words("""
Linear Conv1d Conv2d Conv3d GroupNorm LayerNorm RMSNorm ConvTranspose2d ConvTranspose1d Embedding
""")
CUBLAS_IS_AVAILABLE = False
NVIDIA_MEMORY_CONV_BUG_WORKAROUND = False


def run_every_op() -> None:
    """Called between layers on the host: raises when the user cancelled."""
    from reference_runtime.host.standins.comfy import model_management

    model_management.throw_exception_if_processing_interrupted()


def cast_to_input(weight: Any, input: Any, non_blocking: bool = False, copy: bool = True) -> Any:
    """The weight in the input's dtype on its device."""
    return weight.to(device=input.device, dtype=input.dtype, copy=copy)


def cast_bias_weight(
    s: Any,
    input: Any = None,
    dtype: Any = None,
    device: Any = None,
    bias_dtype: Any = None,
    offloadable: bool = False,
) -> Any:
    """(weight, bias) of a layer, cast to the input or to dtype and device, with its functions run.

    ``offloadable`` adds a third value, the stream, which is None here.
    """
    dtype = input.dtype if dtype is None else dtype
    device = input.device if device is None else device
    weight = s.weight.to(device=device, dtype=dtype)
    bias = None if s.bias is None else s.bias.to(device=device, dtype=bias_dtype or dtype)
    for function in s.weight_function:
        weight = function(weight)
    for function in s.bias_function if bias is not None else ():
        bias = function(bias)
    return (weight, bias, None) if offloadable else (weight, bias)


def uncast_bias_weight(s: Any, weight: Any, bias: Any, offload_stream: Any) -> None:
    """There are no streams to wait for."""


def scaled_dot_product_attention(q: Any, k: Any, v: Any, *args: Any, **kwargs: Any) -> Any:
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, *args, **kwargs)


class CastWeightBiasOp:
    """What all layers share: whether they cast, and functions on weight and bias."""

    comfy_cast_weights = False
    weight_function: ClassVar[list[Callable[[Any], Any]]] = []
    bias_function: ClassVar[list[Callable[[Any], Any]]] = []


def _conv_transpose(self: Any, x: Any, weight: Any, bias: Any) -> Any:
    run = getattr(torch.nn.functional, f"conv_transpose{weight.ndim - 2}d")
    padding = (self.padding, self.output_padding, self.groups, self.dilation)
    return run(x, weight, bias, self.stride, *padding)


_RUN: dict[str, Callable[..., Any]] = {
    "Linear": lambda self, x, w, b: torch.nn.functional.linear(x, w, b),
    "Conv1d": lambda self, x, w, b: self._conv_forward(x, w, b),
    "Conv2d": lambda self, x, w, b: self._conv_forward(x, w, b),
    "Conv3d": lambda self, x, w, b: self._conv_forward(x, w, b),
    "GroupNorm": lambda self, x, w, b: torch.nn.functional.group_norm(
        x, self.num_groups, w, b, self.eps
    ),
    "LayerNorm": lambda self, x, w, b: torch.nn.functional.layer_norm(
        x, self.normalized_shape, w, b, self.eps
    ),
    "RMSNorm": lambda self, x, w, b: torch.nn.functional.rms_norm(
        x, self.normalized_shape, w, self.eps
    ),
    "ConvTranspose2d": _conv_transpose,
    "ConvTranspose1d": _conv_transpose,
}


def _layer(name: str, casts: bool) -> Any:
    """The layer ``torch.nn.<name>`` without initialisation; with ``casts`` it casts as it runs."""
    if torch is None:
        return make_stub(f"comfy.ops.{name}", "stand-in", "needs torch, which is not installed")
    base = getattr(torch.nn, name)

    def keep(self: Any) -> None:
        """Weights stay uninitialised: a checkpoint fills them."""

    def forward(self: Any, *args: Any, **kwargs: Any) -> Any:
        cast = self.comfy_cast_weights or self.weight_function or self.bias_function
        return (_forward_cast if cast else base.forward)(self, *args, **kwargs)

    namespace = {
        "reset_parameters": keep,
        "forward": _embed if name == "Embedding" else forward,
        "comfy_cast_weights": casts,
        "_layer_name": name,
    }
    if name in ("RMSNorm", "Embedding"):
        namespace["bias"] = None
    return type(name, (base, CastWeightBiasOp), namespace)


def _forward_cast(self: Any, x: Any, *args: Any, **kwargs: Any) -> Any:
    if self.weight is None:  # a norm without parameters
        return _RUN[self._layer_name](self, x, None, None)
    weight, bias = cast_bias_weight(self, x)
    return _RUN[self._layer_name](self, x, weight, bias)


def _embed(self: Any, input: Any, out_dtype: Any = None) -> Any:
    """Look up in the weight's dtype, answer in ``out_dtype`` when one is asked for."""
    out = torch.nn.functional.embedding(
        input,
        self.weight,
        self.padding_idx,
        self.max_norm,
        self.norm_type,
        self.scale_grad_by_freq,
        self.sparse,
    )
    return out if out_dtype is None else out.to(out_dtype)


class disable_weight_init:
    """Layers that keep their weights as they were allocated."""

    @classmethod
    def conv_nd(cls, dims: int, *args: Any, **kwargs: Any) -> Any:
        """A convolution of 2 or 3 dimensions. ValueError otherwise."""
        if dims not in (2, 3):
            raise ValueError(f"unsupported dimensions: {dims}")
        return getattr(cls, f"Conv{dims}d")(*args, **kwargs)


class manual_cast(disable_weight_init):
    """The same layers, casting their weights to the input while they run."""


for _name in LAYERS:
    setattr(disable_weight_init, _name, _layer(_name, casts=False))
    setattr(manual_cast, _name, _layer(_name, casts=True))


def pick_operations(
    weight_dtype: Any, compute_dtype: Any, load_device: Any = None, **options: Any
) -> type[disable_weight_init]:
    """The namespace for a model: casting unless it computes in its weights' dtype."""
    same = compute_dtype is None or weight_dtype == compute_dtype
    return disable_weight_init if same else manual_cast
