"""``set_torch_compile_wrapper``: needs a real model, which only a real host has, or a fake."""

from __future__ import annotations

from typing import Any


def set_torch_compile_wrapper(
    model: Any,
    backend: str,
    options: dict[str, str] | None = None,
    mode: str | None = None,
    fullgraph: bool = False,
    dynamic: bool | None = None,
    keys: list[str] | None = None,
    *args: Any,
    **kwargs: Any,
) -> None:
    """Compile parts of a model patcher's model in the host.

    Of a fake that stands in for a model the parts are looked up, and nothing is compiled. Raises
    HostFeatureMissing for others, AttributeError for a part that is not there.
    """
    from reference_runtime.host.missing import needs_host

    if not getattr(model, "is_fake", False):
        needs_host("comfy_api.torch_helpers.set_torch_compile_wrapper")
    for key in keys or ["diffusion_model"]:
        model.get_model_object(key)
