"""Small git repositories written on the spot."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

NODE = '''
class Repeat:
    CATEGORY = "tests"
    FUNCTION = "run"
    RETURN_TYPES = ("STRING",)
    @classmethod
    def INPUT_TYPES(cls):
        return {{"required": {{{inputs}}}}}
    def run(self, **given):
        return ("",)
NODE_CLASS_MAPPINGS = {{"{key}": Repeat}}
'''
TEXT = '"text": ("STRING", {"default": "a"}), '
TIMES = '"times": ("INT", {"default": 2}), '
GLUE = '"glue": ("STRING", {"default": "-"}), '


def write_release(
    folder: Path, version: str | None, inputs: str = TEXT + TIMES, key: str = "Repeat",
    name: str = "my-texts",
) -> Path:  # fmt: skip
    """A v1 pack with one node that takes ``inputs``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "__init__.py").write_text(NODE.format(inputs=inputs, key=key), encoding="utf-8")
    if version is not None:
        text = f'[project]\nname = "{name}"\nversion = "{version}"\n'
        (folder / "pyproject.toml").write_text(text, encoding="utf-8")
    return folder


def git(folder: Path, *arguments: str) -> str:
    who = {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}
    for role in ("AUTHOR", "COMMITTER"):
        who |= {f"GIT_{role}_NAME": "Tester", f"GIT_{role}_EMAIL": "tester@example.org"}
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True, text=True, check=True, env={**os.environ, **who},
    )  # fmt: skip
    return done.stdout.strip()


def commit(folder: Path, tag: str | None = None) -> str:
    """Commit all that stands in ``folder``; its repository is made where there is none."""
    if not (folder / ".git").exists():
        git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "--allow-empty", "-m", "as it is")
    if tag is not None:
        git(folder, "tag", tag)
    return git(folder, "rev-parse", "HEAD")
