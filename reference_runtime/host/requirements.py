"""Packages that every host installs, served as stubs where this environment lacks them.

A pack may rely on torchvision or torchaudio without declaring them, because the host's own
requirements bring them in. Judging such a pack must not need gigabytes of them: an absent one
imports as recording stubs (touch kind "absent"), and running what it provides raises
HostFeatureMissing.
Source of the table: requirements.txt of ComfyUI 0.3.64 and 0.3.71, and what those pull in.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from reference_runtime.host.stubs import is_dunder, make_stub
from reference_runtime.touches import LOG

DISTRIBUTIONS = {
    "PIL": "Pillow",
    "aiohttp": "aiohttp",
    "alembic": "alembic",
    "av": "av",
    "einops": "einops",
    "huggingface_hub": "huggingface-hub",
    "kornia": "kornia",
    "numpy": "numpy",
    "psutil": "psutil",
    "pydantic": "pydantic",
    "pydantic_settings": "pydantic-settings",
    "requests": "requests",
    "safetensors": "safetensors",
    "scipy": "scipy",
    "sentencepiece": "sentencepiece",
    "spandrel": "spandrel",
    "sqlalchemy": "SQLAlchemy",
    "tokenizers": "tokenizers",
    "torch": "torch",
    "torchaudio": "torchaudio",
    "torchsde": "torchsde",
    "torchvision": "torchvision",
    "tqdm": "tqdm",
    "transformers": "transformers",
    "yaml": "PyYAML",
    "yarl": "yarl",
}
"""Import name -> distribution."""

# Without the real thing nothing of a pack means anything: their absence stays an import error.
_NEVER_STUBBED = frozenset({"torch", "numpy"})

_REASON = "is installed with every host, but not in this environment"


class AbsentModule(ModuleType):
    """A host requirement that is not installed here: every name of it is a stub."""

    def __getattr__(self, name: str) -> Any:
        if is_dunder(name):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        stub = make_stub(f"{self.__name__}.{name}", "absent", _REASON)
        setattr(self, name, stub)
        return stub


class AbsentRequirementFinder(MetaPathFinder, Loader):
    """Last on ``sys.meta_path``: asked only for what no other finder has."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        root = fullname.partition(".")[0]
        if root not in DISTRIBUTIONS or root in _NEVER_STUBBED:
            return None
        installed = root in sys.modules and not isinstance(sys.modules[root], AbsentModule)
        # An absent submodule of an installed package is the pack's own mistake; a pack that
        # expects the package to be missing gets the error it expects, and so do libraries.
        if installed or not _asked_by_pack() or LOG.guarded():
            return None
        LOG.record(root, "absent", today=DISTRIBUTIONS[root])
        return ModuleSpec(fullname, self, is_package=True)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return AbsentModule(spec.name, f"Stand-in: {spec.name} {_REASON}.")

    def exec_module(self, module: ModuleType) -> None:
        """Nothing to run: the names are made when they are asked for."""


def _asked_by_pack() -> bool:
    """Whether the import statement (or importlib call) stands in the pack's own code."""
    frame = sys._getframe(2)
    while frame.f_back is not None and "importlib" in frame.f_code.co_filename:
        frame = frame.f_back
    return LOG.is_pack_file(frame.f_code.co_filename)


def install() -> None:
    """Serve absent host requirements from now on; a second call changes nothing."""
    if not any(isinstance(finder, AbsentRequirementFinder) for finder in sys.meta_path):
        sys.meta_path.append(AbsentRequirementFinder())
