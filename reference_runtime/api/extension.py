"""ComfyAPI and ComfyExtension (StudioAPI and StudioExtension on Studio).

Source of the rules: the v3 API's entry classes, and B4: up to 0.3.71 an API object lacks
``execution``.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from typing import Any

from reference_runtime.api import progress
from reference_runtime.api.async_to_sync import create_sync_class
from reference_runtime.api.badges import NodeReplace
from reference_runtime.api.context import get_executing_context
from reference_runtime.api.node import ComfyNode
from reference_runtime.api.registry import ComfyAPIBase
from reference_runtime.api.singleton import ProxiedSingleton
from reference_runtime.levels import ACTIVE

DEFAULT_PREVIEW_SIZE = 512


def _has_parts() -> bool:
    """Whether API objects carry their parts as attributes (B4: not up to 0.3.71, faithfully)."""
    return ACTIVE.mode == "strict" or ACTIVE.level.rank >= 2


class ComfyAPI_latest(ComfyAPIBase):
    """The API that runs beside the nodes: progress, and at latest node replacement and caching."""

    VERSION = "latest"
    STABLE = False

    class Execution(ProxiedSingleton):
        """What a running node can tell the host."""

        async def set_progress(
            self,
            value: float,
            max_value: float,
            node_id: str | None = None,
            preview_image: Any = None,
            ignore_size_limit: bool = False,
        ) -> None:
            """Report ``value`` of ``max_value`` steps, with a PIL image or an image tensor to show.

            ``node_id`` defaults to the running node; ValueError outside of a run.
            """
            if node_id is None:
                context = get_executing_context()
                if context is None:
                    raise ValueError("no node is running: set_progress needs node_id here")
                node_id = context.node_id
            preview = _preview(preview_image, ignore_size_limit)
            progress.get_progress_state().update_progress(node_id, value, max_value, preview)

    class NodeReplacement(ProxiedSingleton):
        """Moves saved workflows from an old node to a new one (latest)."""

        def __init__(self) -> None:
            super().__init__()
            self.registered: list[NodeReplace] = []

        async def register(self, node_replace: NodeReplace) -> None:
            """Announce a replacement."""
            self.registered.append(node_replace)

    class Caching(ProxiedSingleton):
        """Caches of a pack's own (latest). Registered providers are kept, nothing else."""

        def __init__(self) -> None:
            super().__init__()
            self.providers: list[Any] = []

        async def register_provider(self, provider: Any) -> None:
            """Add a provider."""
            self.providers.append(provider)

        async def unregister_provider(self, provider: Any) -> None:
            """Remove a provider; unknown ones are ignored."""
            if provider in self.providers:
                self.providers.remove(provider)

    def __init__(self) -> None:
        super().__init__()
        if _has_parts():
            self.execution = self.Execution()
            self.node_replacement = self.NodeReplacement()
            self.caching = self.Caching()


def _preview(image: Any, ignore_size_limit: bool) -> progress.PreviewImageTuple | None:
    if image is None:
        return None
    if not hasattr(image, "save"):
        image = _first_as_pil(image)
    return "JPEG", image, None if ignore_size_limit else _preview_size()


def _preview_size() -> int:
    """The largest side of a preview in pixels: what the host was told, if it is there."""
    cli_args = sys.modules.get("comfy.cli_args") or sys.modules.get("studio.cli_args")
    args = getattr(cli_args, "args", None)
    return int(getattr(args, "preview_size", DEFAULT_PREVIEW_SIZE))


def _first_as_pil(images: Any) -> Any:
    """The first of an image batch [B, H, W, C] (or the image [H, W, C]) as a PIL image."""
    from reference_runtime.api.ui_files import tensor_to_pil

    return tensor_to_pil(images[0] if images.ndim == 4 else images)


class ComfyAPIAdapter_v0_0_2(ComfyAPI_latest):
    """Version 0.0.2."""

    VERSION = "0.0.2"
    STABLE = False


class ComfyAPIAdapter_v0_0_1(ComfyAPIAdapter_v0_0_2):
    """Version 0.0.1."""

    VERSION = "0.0.1"
    STABLE = True


ComfyAPISync_latest = create_sync_class(ComfyAPI_latest)
ComfyAPISync_v0_0_2 = create_sync_class(ComfyAPIAdapter_v0_0_2)
ComfyAPISync_v0_0_1 = create_sync_class(ComfyAPIAdapter_v0_0_1)


class ComfyExtension(ABC):
    """What an entry function returns: the pack's nodes."""

    async def on_load(self) -> None:  # noqa: B027  packs may leave it out
        """Called before the node list is asked for, at latest only (B14)."""

    @abstractmethod
    async def get_node_list(self) -> list[type[ComfyNode]]:
        """The pack's node classes, as a list."""
