"""A server that speaks the host's HTTP and WebSocket API, with our engine behind it.

``python -m reference_runtime.server``; needs the extra ``server`` (aiohttp, PyYAML).
"""
