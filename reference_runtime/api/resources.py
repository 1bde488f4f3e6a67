"""Loaded files that outlive a call: the resources of the API's prototype.

Source: names and results of the prototype's resources module, present but unused in the hosts up to
0.3.71. Bounded here: the least recently used entries go once the cache holds more than its size.
"""

from __future__ import annotations

import importlib
import threading
from abc import ABC, abstractmethod
from collections import OrderedDict
from typing import Any

from reference_runtime.api.lazy_types import LazyType, tensor_type

MAX_BYTES = 2**31


class ResourceKey(ABC):  # noqa: B024  as in the host
    """Names a resource. Keys are equal when they name the same one."""

    Type: Any = Any


class TorchDictFolderFilename(ResourceKey):
    """A state dict: a file of one of the host's model folders."""

    Type = LazyType(lambda: dict[str, tensor_type()])  # type: ignore[misc]

    def __init__(self, folder_name: str, file_name: str) -> None:
        super().__init__()
        self.folder_name = folder_name
        self.file_name = file_name

    def __hash__(self) -> int:
        return hash((self.folder_name, self.file_name))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TorchDictFolderFilename):
            return False
        return (self.folder_name, self.file_name) == (other.folder_name, other.file_name)

    def __str__(self) -> str:
        return f"{self.folder_name} -> {self.file_name}"


class Resources(ABC):
    """A cache of loaded resources."""

    @abstractmethod
    def get(self, key: ResourceKey, default: Any = ...) -> Any:
        """The resource, loaded on first use."""


class ResourcesLocal(Resources):
    """The cache of one node instance, bounded by ``max_bytes`` of tensors."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        super().__init__()
        self.local_resources: OrderedDict[ResourceKey, Any] = OrderedDict()
        self._max_bytes = max_bytes
        self._sizes: dict[ResourceKey, int] = {}
        self._lock = threading.RLock()

    def get(self, key: ResourceKey, default: Any = ...) -> Any:
        """The state dict that ``key`` names.

        Without ``default`` a missing file raises FileNotFoundError; with one, ``default`` is
        returned (and not kept). Other kinds of keys raise TypeError.
        """
        with self._lock:
            if key in self.local_resources:
                self.local_resources.move_to_end(key)
                return self.local_resources[key]
            if not isinstance(key, TorchDictFolderFilename):
                raise TypeError(f"can't load a resource by {type(key).__name__}")
            path = _path_of(key, required=default is ...)
            if path is None:
                return default
            return self._keep(key, _load(path))

    def _keep(self, key: ResourceKey, value: Any) -> Any:
        self.local_resources[key] = value
        self._sizes[key] = _size_of(value)
        while sum(self._sizes.values()) > self._max_bytes and len(self._sizes) > 1:
            oldest, _ = self.local_resources.popitem(last=False)
            del self._sizes[oldest]
        return value


def _path_of(key: TorchDictFolderFilename, required: bool) -> str | None:
    folder_paths = importlib.import_module("folder_paths")
    find = folder_paths.get_full_path_or_raise if required else folder_paths.get_full_path
    path: str | None = find(key.folder_name, key.file_name)
    return path


def _load(path: str) -> Any:
    return importlib.import_module("comfy.utils").load_torch_file(path, safe_load=True)


def _size_of(value: Any) -> int:
    """Bytes of the tensors in a state dict."""
    tensors = value.values() if isinstance(value, dict) else ()
    return sum(
        tensor.numel() * tensor.element_size() for tensor in tensors if hasattr(tensor, "numel")
    )
