"""The registry of API versions. Source: names of ``comfy_api.internal.api_registry``."""

from __future__ import annotations

from typing import Any, NamedTuple

from reference_runtime.api.singleton import ProxiedSingleton


class ComfyAPIBase(ProxiedSingleton):
    """Base of every version of the API; attributes annotated with a singleton class are built."""

    def __init__(self) -> None:
        pass


class ComfyAPIWithVersion(NamedTuple):
    version: str
    api_class: type[ComfyAPIBase]


_versions: list[ComfyAPIWithVersion] = []


def parse_version(version_str: str) -> tuple[int, ...]:
    """A version to compare by; "latest" is above every number."""
    if version_str == "latest":
        return (9999, 9999, 9999)
    return tuple(int(part) for part in version_str.split("."))


def register_versions(versions: list[ComfyAPIWithVersion]) -> None:
    """Add versions to the registry."""
    known = {entry.version for entry in _versions}
    _versions.extend(entry for entry in versions if entry.version not in known)


def get_all_versions() -> list[ComfyAPIWithVersion]:
    """Every registered version, the newest first."""
    return sorted(_versions, key=lambda entry: parse_version(entry.version), reverse=True)


def api_entry(version: str, api_class: Any) -> ComfyAPIWithVersion:
    """An entry of the registry."""
    return ComfyAPIWithVersion(version, api_class)
