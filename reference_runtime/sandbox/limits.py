"""Limits of a process by setrlimit: memory, sizes of files, descriptors, CPU time, no core files.

Each holds for one process, not for what it starts; whoever starts a worker watches the tree as a
whole. RLIMIT_AS is not used: torch alone maps more than 3 GB that it never touches.
"""

from __future__ import annotations

import sys

from reference_runtime.sandbox.policy import Layer, SandboxPolicy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LEAST_DATA = 1 << 30
"""Bytes below which importing torch segfaults."""


def apply(policy: SandboxPolicy) -> Layer:
    """Set the limits of the policy; what the system has no limit for is left out."""
    try:
        import resource
    except ImportError:
        return Layer("limits", (), f"no limits on {sys.platform}")
    _lower(resource, "RLIMIT_CORE", 0)
    held = []
    if policy.max_memory is not None:
        data = max(policy.max_memory, LEAST_DATA)
        if _lower(resource, "RLIMIT_DATA", data):
            held.append(f"memory {data / (1 << 30):.1f} GB a process")
    if policy.max_file is not None and _lower(resource, "RLIMIT_FSIZE", policy.max_file):
        held.append(f"files {policy.max_file / (1 << 30):.0f} GB")
    if policy.max_open is not None and _lower(resource, "RLIMIT_NOFILE", policy.max_open):
        held.append(f"{policy.max_open} open files")
    if policy.max_cpu is not None and _lower(resource, "RLIMIT_CPU", policy.max_cpu):
        held.append(f"{policy.max_cpu} s of CPU")
    return Layer("limits", tuple(held))


def _lower(resource: Any, name: str, value: int) -> bool:
    """Lower both limits, never raise them. Whether the limit now holds."""
    which = getattr(resource, name, None)
    if which is None:
        return False
    _, hard = resource.getrlimit(which)
    most = value if hard == resource.RLIM_INFINITY else min(value, hard)
    try:
        resource.setrlimit(which, (most, most))
    except (OSError, ValueError):
        return False
    return True
