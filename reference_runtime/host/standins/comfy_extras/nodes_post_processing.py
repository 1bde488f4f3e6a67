"""``comfy_extras.nodes_post_processing``: the blur's kernel. Real."""

from __future__ import annotations

from typing import Any


def gaussian_kernel(kernel_size: int, sigma: float, device: Any = None) -> Any:
    """A (kernel_size, kernel_size) Gaussian over -1..1 that sums to 1."""
    import torch

    line = torch.linspace(-1, 1, kernel_size, device=device)
    y, x = torch.meshgrid(line, line, indexing="ij")
    weights = torch.exp(-(x * x + y * y) / (2.0 * sigma * sigma))
    return weights / weights.sum()
