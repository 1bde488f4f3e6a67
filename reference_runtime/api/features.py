"""Feature flags of server and clients. Source: names and results of ``comfy_api.feature_flags``."""

from __future__ import annotations

from typing import Any

MAX_UPLOAD_MB = 100

SERVER_FEATURE_FLAGS: dict[str, Any] = {
    "supports_preview_metadata": True,
    "max_upload_size": MAX_UPLOAD_MB * 1024 * 1024,
}


def get_connection_feature(
    sockets_metadata: dict[str, dict[str, Any]], sid: str, feature_name: str, default: Any = False
) -> Any:
    """What the client ``sid`` says of the feature, else ``default``."""
    flags = sockets_metadata.get(sid, {}).get("feature_flags", {})
    return flags.get(feature_name, default)


def supports_feature(
    sockets_metadata: dict[str, dict[str, Any]], sid: str, feature_name: str
) -> bool:
    """Whether the client says that it has the feature (exactly True)."""
    return get_connection_feature(sockets_metadata, sid, feature_name) is True


def get_server_features() -> dict[str, Any]:
    """A copy of the server's flags."""
    return SERVER_FEATURE_FLAGS.copy()
