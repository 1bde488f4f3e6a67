"""The folder a worker may write to, and the environment variables it gets.

One scratch folder per inspection, made and removed by the host process. Layout: ``work`` (the only
writable part) with ``host`` (poses as the host's folder, and is where a worker starts), ``home``
and ``tmp``; beside it ``sentinel``, which proves the sandbox.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from types import TracebackType

WORK_FOLDERS = ("host", "home", "tmp")

KEPT = (
    "PATH", "LANG", "LANGUAGE", "TZ", "LD_LIBRARY_PATH", "CUDA_VISIBLE_DEVICES",
    "OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "SYSTEMROOT", "WINDIR",
)  # fmt: skip
"""Variables handed on to a worker, besides LC_*. All others (tokens, keys, proxies) are not."""

TOKEN = "STUDIO_CONFORMANCE_WORKER"
"""Variable that marks a worker's processes, so that those which left its group are found."""


class Scratch:
    """The scratch folder of one inspection; a context manager that removes it in the end."""

    def __init__(self) -> None:
        # Resolved: a symlinked /tmp would otherwise make "below the scratch" ambiguous.
        self.root = Path(tempfile.mkdtemp(prefix="studio-conformance-")).resolve()
        atexit.register(self.remove)
        self.work = self.root / "work"
        for name in WORK_FOLDERS:
            (self.work / name).mkdir(parents=True)
        (self.root / "sentinel").mkdir()
        (self.root / "sentinel" / "secret").write_bytes(b"secret")

    @property
    def host(self) -> Path:
        return self.work / "host"

    @property
    def sentinel(self) -> dict[str, str]:
        """What a confined worker can't do: read ``secret``, create ``probe``."""
        folder = self.root / "sentinel"
        return {"secret": str(folder / "secret"), "probe": str(folder / "probe")}

    def remove(self) -> None:
        """Remove the folder, whatever the pack did to the permissions below it."""
        atexit.unregister(self.remove)
        remove_tree(self.root)

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.remove()


def remove_tree(root: Path) -> None:
    """Remove a folder, whatever the permissions below it."""
    shutil.rmtree(root, ignore_errors=True)
    if root.exists():
        _make_writable(root)
        shutil.rmtree(root, ignore_errors=True)


def _make_writable(root: Path) -> None:
    for folder, _, _ in os.walk(root):
        try:
            os.chmod(folder, 0o700)
        except OSError:
            continue


def worker_environment(work: Path, token: str, hash_seed: int = 0) -> dict[str, str]:
    """The complete environment of a worker whose writable folder is ``work``."""
    kept = {k: v for k, v in os.environ.items() if k in KEPT or k.startswith("LC_")}
    home, tmp = str(work / "home"), str(work / "tmp")
    cache = str(work / "home" / ".cache")
    return kept | {
        "HOME": home,
        # Without them names of users are looked up in /etc/passwd, which is out of sight.
        "USER": "studio",
        "LOGNAME": "studio",
        "USERPROFILE": home,
        "TMPDIR": tmp,
        "TEMP": tmp,
        "TMP": tmp,
        "XDG_CACHE_HOME": cache,
        "XDG_CONFIG_HOME": str(work / "home" / ".config"),
        "XDG_DATA_HOME": str(work / "home" / ".local" / "share"),
        "XDG_STATE_HOME": str(work / "home" / ".local" / "state"),
        "MPLCONFIGDIR": str(work / "home" / "matplotlib"),
        "NUMBA_CACHE_DIR": cache,
        "TRITON_CACHE_DIR": cache,
        "TORCHINDUCTOR_CACHE_DIR": cache,
        "TORCH_HOME": cache,
        "HF_HOME": cache,
        "HF_HUB_OFFLINE": "1",
        "TRANSFORMERS_OFFLINE": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        # Sets have one order in every run, so that two runs give the same findings.
        "PYTHONHASHSEED": str(hash_seed),
        TOKEN: token,
    }
