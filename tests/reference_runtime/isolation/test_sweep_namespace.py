"""A process that hides from the sweep is found by the mount namespace that it can't leave."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest
from tiny_packs import V1_PACK, inspect_source

HIDES = """
import os, subprocess, sys
# A session of its own, an environment of its own, no parent: nothing of the worker's marks it.
code = "import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\n"
code += "if os.fork(): os._exit(0)\\nopen({told!r}, 'w').write(str(os.getpid()))\\ntime.sleep(60)"
subprocess.run([sys.executable, "-I", "-S", "-c", code], env={{}}, stdout=-3, stderr=-3)
import time
while not os.path.exists({told!r}): time.sleep(0.01)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="namespaces are Linux's")
@pytest.mark.skipif(os.getuid() != 0, reason="others may not be allowed a mount namespace")
def test_a_process_that_left_every_trace_behind_is_ended(tmp_path: Path) -> None:
    # HOME is the worker's own folder, which the pack may write to; the number comes out printed.
    source = HIDES.replace("{told!r}", "os.path.expanduser('~/told')")
    source = source.replace("{{}}", "{'HOME': os.environ['HOME']}")
    source += "print('hidden process', open(os.path.expanduser('~/told')).read())\n" + V1_PACK
    found = inspect_source(tmp_path, source)
    (line,) = [text for text in found.output.splitlines() if text.startswith("hidden process")]
    pid = int(line.split()[-1])
    deadline = time.monotonic() + 5
    while Path("/proc", str(pid)).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not Path("/proc", str(pid)).exists()
