"""Packages that every host installs: what a pack may import without declaring it.

Where the pack's environment lacks one, a stub takes its place, so that the rest of the pack can
still be judged; each use is recorded as "absent". torch, numpy and Pillow get no stub: their
absence breaks more than it hides. Source: the requirements of ComfyUI 0.3.64 and Hanzo Studio
0.3.71, and huggingface_hub, which comes with transformers.
"""

from __future__ import annotations

import sys
import sysconfig
from types import ModuleType
from typing import Any

from reference_runtime.host.stubs import is_dunder, make_stub
from reference_runtime.touches import LOG

REQUIREMENTS: dict[str, str] = {
    "aiohttp": "aiohttp",
    "alembic": "alembic",
    "av": "av",
    "einops": "einops",
    "huggingface_hub": "huggingface-hub",
    "kornia": "kornia",
    "psutil": "psutil",
    "pydantic": "pydantic",
    "pydantic_settings": "pydantic-settings",
    "requests": "requests",
    "safetensors": "safetensors",
    "scipy": "scipy",
    "sentencepiece": "sentencepiece",
    "soundfile": "soundfile",
    "spandrel": "spandrel",
    "sqlalchemy": "SQLAlchemy",
    "tokenizers": "tokenizers",
    "torchaudio": "torchaudio",
    "torchsde": "torchsde",
    "torchvision": "torchvision",
    "tqdm": "tqdm",
    "transformers": "transformers",
    "yaml": "PyYAML",
    "yarl": "yarl",
}
"""Top-level module to the distribution that brings it."""

_PATHS = sysconfig.get_paths()
_LIBRARIES = tuple({_PATHS[key] for key in ("stdlib", "platstdlib", "purelib", "platlib")})


class AbsentModule(ModuleType):
    """Stands for a package that is not installed; its names are stubs."""

    def __getattr__(self, name: str) -> Any:
        if is_dunder(name):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if sys._getframe(1).f_code.co_filename.startswith("<frozen importlib"):
            raise AttributeError(name)
        value = _stub(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value

    def __mro_entries__(self, bases: tuple[Any, ...]) -> tuple[Any, ...]:
        """What ``from package import Name`` gave may be a class that the pack derives from."""
        return (_stub(self.__name__),)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return _stub(self.__name__)(*args, **kwargs)


def _stub(name: str) -> Any:
    reason = f"needs the package {REQUIREMENTS[name.partition('.')[0]]}, which is not installed"
    return make_stub(name, "absent", reason)


def wanted_by_pack() -> bool:
    """Whether the import under way stands in the pack's code, not in a library or in ours."""
    frame = sys._getframe(1)
    while frame is not None:
        file = frame.f_code.co_filename
        if LOG.is_pack_file(file):
            return True
        if not file.startswith("<frozen importlib") and not _is_import_code(file):
            return False
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _is_import_code(file: str) -> bool:
    return file == __file__ or "importlib" in file or file.startswith(_FINDER)


_FINDER = __file__.rpartition("/")[0]
