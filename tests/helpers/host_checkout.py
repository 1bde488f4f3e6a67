"""The host's repository for tests: fetched into a temporary folder, or a checkout that is given."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

REPOSITORY = "https://github.com/comfyanonymous/ComfyUI"
COMMIT = "a125cd84b054a57729b5eecab930ca9408719832"  # 0.3.64


def checkout(folder: Path, *parts: str) -> Path:
    """Where the host's folders ``parts`` lie, with the files beside them.

    A checkout that STUDIO_HOST_CHECKOUT names, else as much as is needed, fetched into ``folder``
    (empty and temporary). Skips the test where neither is to be had.
    """
    given = os.environ.get("STUDIO_HOST_CHECKOUT")
    if given:
        return Path(given).resolve()
    _git(folder, "init", "--quiet")
    _git(folder, "sparse-checkout", "set", *parts)
    _git(folder, "fetch", "--quiet", "--depth=1", "--filter=blob:none", REPOSITORY, COMMIT)
    _git(folder, "checkout", "--quiet", "FETCH_HEAD")
    return folder


def _git(folder: Path, *arguments: str) -> None:
    command = ["git", "-C", str(folder), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"{REPOSITORY} can't be fetched: {done.stderr.strip()[-200:]}")
