"""A worker ends with its parent."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]


def test_a_worker_without_its_parent_leaves() -> None:
    code = f"""
import sys; sys.path.insert(0, {str(ROOT)!r})
from reference_runtime.isolation.lifeline import die_with_parent
die_with_parent({os.getpid() + 1})
print("still here")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert done.stdout == b""
