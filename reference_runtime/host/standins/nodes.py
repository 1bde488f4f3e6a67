"""``nodes``: the host's registry of node classes and its core nodes."""

from __future__ import annotations

from typing import Any

MAX_RESOLUTION = 16384

NODE_CLASS_MAPPINGS: dict[str, Any] = {}
NODE_DISPLAY_NAME_MAPPINGS: dict[str, Any] = {}
EXTENSION_WEB_DIRS: dict[str, str] = {}
LOADED_MODULE_DIRS: dict[str, str] = {}
