"""The program uv: where it is, how it is asked, what its refusals mean."""

from __future__ import annotations

import functools
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from reference_runtime.environments.errors import CannotBuild, MachineLacks, Unsolvable

OLDEST = (0, 9, 8)
"""The first with ``--excludes``."""
BUILD_SECONDS = 1800.0
UNDECIDING = re.compile(
    r"UV_(CACHE_DIR|LINK_MODE|CONCURRENT_\w+|NO_PROGRESS|OFFLINE|HTTP_\w+|REQUEST_TIMEOUT|LOG_\w+"
    r"|INTERNAL__\w+|KEYRING_\w+|\w+_(USERNAME|PASSWORD)|NATIVE_TLS|SYSTEM_CERTS|LOCK_TIMEOUT"
    r"|NO_CACHE|PYTHON_INSTALL_DIR|RUN_\w+|TOOL_\w+|CREDENTIALS_DIR)"
)
"""Variables of uv that change how it works, not what it installs."""
_UNREACHABLE = (
    "Failed to fetch", "error sending request", "network was disabled", "Could not connect",
    "operation timed out", "dns error", "Failed to download", "network connectivity is disabled",
)  # fmt: skip


@dataclass(frozen=True)
class Uv:
    """An installed uv."""

    path: str
    version: str

    def run(
        self, arguments: Sequence[str], folder: Path, what: str, keep: Sequence[int] = ()
    ) -> str:
        """Run uv in ``folder`` and give its output; ``keep``: descriptors that it inherits.

        Raises Unsolvable, MachineLacks (no index, no network) and CannotBuild; ``what`` says what
        was tried.
        """
        try:
            done = subprocess.run(
                [self.path, *arguments, "--quiet", "--color=never", "--no-progress"],
                cwd=folder,
                env=_environment(),
                capture_output=True,
                text=True,
                errors="replace",
                timeout=BUILD_SECONDS,
                stdin=subprocess.DEVNULL,
                pass_fds=tuple(keep),
            )
        except OSError as error:
            raise MachineLacks(f"uv can't be started: {error}") from None
        except subprocess.TimeoutExpired:
            raise CannotBuild(f"{what}: uv came to no end within {BUILD_SECONDS:g} s") from None
        if done.returncode:
            raise refusal(done.stderr, what)
        return done.stdout


def refusal(printed: str, what: str) -> CannotBuild:
    """What uv meant when it ended with ``printed`` on its standard error."""
    text = without_secrets(printed.strip()) or "it said nothing"
    told = "; ".join(" ".join(line.split()) for line in text.splitlines() if line.strip())
    if any(sign in text for sign in _UNREACHABLE):
        return MachineLacks(f"{what}: uv could not reach what it needs: {told}")
    if "No solution found" in text:
        causes = text.partition("cause:")[2].partition("\n\nhint:")[0]
        lines = [" ".join(line.split()) for line in causes.splitlines()]
        return Unsolvable(what, "\n".join(line for line in lines if line))
    return CannotBuild(f"{what}: uv refused: {told}")


def without_secrets(text: str) -> str:
    """``text`` with the user and password of addresses left out."""
    return re.sub(r"(\w+://)[^/\s@]+@", r"\1***@", text)


@functools.lru_cache(maxsize=1)
def find_uv() -> Uv:
    """uv beside this Python, else on the PATH; ``UV`` names another. Raises MachineLacks."""
    beside = Path(sys.executable).with_name("uv.exe" if os.name == "nt" else "uv")
    path = os.environ.get("UV") or (str(beside) if beside.is_file() else shutil.which("uv"))
    if path is None:
        raise MachineLacks("uv is not installed; pip install uv brings it")
    try:
        done = subprocess.run([path, "--version"], capture_output=True, text=True, timeout=60)
        found = re.match(r"uv (\d+)\.(\d+)\.(\d+)", done.stdout)
    except (OSError, subprocess.SubprocessError) as error:
        raise MachineLacks(f"uv at {path} can't be started: {error}") from None
    if found is None:
        raise MachineLacks(f"{path} does not say that it is uv: {done.stdout.strip()!r}")
    version = found[0].removeprefix("uv ")
    if tuple(map(int, found.groups())) < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise MachineLacks(f"uv {version} at {path} is too old; {needed} is needed")
    return Uv(path, version)


def _environment() -> dict[str, str]:
    """This process's, without what would point uv at another environment."""
    dropped = ("VIRTUAL_ENV", "CONDA_PREFIX", "UV_PROJECT_ENVIRONMENT", "PYTHONPATH", "PYTHONHOME")
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {"UV_PYTHON_DOWNLOADS": "never"}


def settings() -> dict[str, str]:
    """What decides what uv installs, besides its arguments: variables and files of settings.

    Values are digests: addresses of indexes may hold passwords.
    """
    deciding = {
        name: value
        for name, value in os.environ.items()
        if name.startswith("UV_") and not UNDECIDING.fullmatch(name)
    }
    for file in _setting_files():
        deciding[str(file)] = file.read_text(encoding="utf-8", errors="replace")
    return {name: digest(value) for name, value in sorted(deciding.items())}


def _setting_files() -> list[Path]:
    """uv's own, of the user and of the system; a pack's or a project's is never read."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    if os.name == "nt":
        config = Path(os.environ.get("APPDATA") or config)
    named = os.environ.get("UV_CONFIG_FILE")
    files = [Path(named)] if named else [config / "uv" / "uv.toml", Path("/etc/uv/uv.toml")]
    return [file for file in files if file.is_file()]


def digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()
