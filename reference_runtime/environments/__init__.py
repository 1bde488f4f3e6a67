"""Environments of a pack's own: what it needs, built with uv, kept in a cache. Host side only."""
