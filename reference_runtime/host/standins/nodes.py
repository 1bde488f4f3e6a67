"""``nodes``: the host's registry of node classes, its core nodes and its loading functions.

The core node classes come from ``core_classes``. Source of the names: ComfyUI 0.3.64 / 0.3.71.
"""

from __future__ import annotations

from typing import Any

from reference_runtime.host.core_classes import class_names, core_class
from reference_runtime.host.core_display import DISPLAY_NAMES
from reference_runtime.host.missing import needs_host

MAX_RESOLUTION = 16384

NODE_CLASS_MAPPINGS: dict[str, Any] = {}
NODE_DISPLAY_NAME_MAPPINGS: dict[str, Any] = dict(DISPLAY_NAMES)
EXTENSION_WEB_DIRS: dict[str, str] = {}
LOADED_MODULE_DIRS: dict[str, str] = {}


def before_node_execution() -> None:
    """Called before each node runs; raises when the user pressed Cancel."""
    from reference_runtime.host.standins.comfy import model_management

    model_management.throw_exception_if_processing_interrupted()


def interrupt_processing(value: bool = True) -> None:
    from reference_runtime.host.standins.comfy import model_management

    model_management.interrupt_current_processing(value)


def common_ksampler(*args: Any, **kwargs: Any) -> Any:
    needs_host("nodes.common_ksampler")


def get_module_name(module_path: str) -> str:
    """A custom node's name: the last part of its path, without ".py"."""
    import os

    base = os.path.basename(module_path)
    return os.path.splitext(base)[0] if os.path.isfile(module_path) else base


async def load_custom_node(*args: Any, **kwargs: Any) -> bool:
    needs_host("nodes.load_custom_node")


async def init_external_custom_nodes() -> None:
    needs_host("nodes.init_external_custom_nodes")


async def init_builtin_extra_nodes() -> list[str]:
    needs_host("nodes.init_builtin_extra_nodes")


async def init_extra_nodes(*args: Any, **kwargs: Any) -> list[str]:
    needs_host("nodes.init_extra_nodes")


def _fill() -> None:
    for name in class_names("nodes"):
        globals()[name] = NODE_CLASS_MAPPINGS[name] = core_class("nodes", name)


_fill()
