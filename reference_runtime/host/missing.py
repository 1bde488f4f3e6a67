"""The error of a stand-in that was asked to do what only a real host can."""

from __future__ import annotations

from typing import NoReturn


class HostFeatureMissing(NotImplementedError):
    """A host feature was run that has only a stand-in here.

    ``feature`` is its dotted name as packs write it, e.g. "comfy.samplers.KSampler".
    """

    def __init__(self, feature: str, reason: str = "needs a real host") -> None:
        super().__init__(f"{feature} {reason}")
        self.feature = feature


def needs_host(feature: str) -> NoReturn:
    """Raise HostFeatureMissing for ``feature``."""
    raise HostFeatureMissing(feature)
