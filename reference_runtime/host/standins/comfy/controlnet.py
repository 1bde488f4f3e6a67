"""``comfy.controlnet``: how strength spreads over the layers; the models are stand-ins."""

from __future__ import annotations

from enum import Enum


class StrengthType(Enum):
    CONSTANT = 1
    LINEAR_UP = 2
