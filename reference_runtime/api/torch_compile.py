"""``set_torch_compile_wrapper``: needs a real model, which only a real host has."""

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
    """Compile parts of a model patcher's model in the host. Raises HostFeatureMissing here."""
    from reference_runtime.host.missing import needs_host

    needs_host("comfy_api.torch_helpers.set_torch_compile_wrapper")
