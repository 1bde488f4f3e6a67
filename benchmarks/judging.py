"""How long judging a pack takes, against loading it: ``python benchmarks/judging.py PACK``.

In turn, in fresh processes: (a) a worker is started and loads the pack, up to the moment when it
begins to describe the first node; (b) ``pytest --studio-pack=PACK`` with the schema families, from
the command to its end, collection included. Prints medians and their ratio; status 1 when a limit
is broken. Run it on an otherwise idle machine.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

FAMILIES = "SCHEMA,SIGNATURE,V1"
SECONDS_LIMIT = 10.0
RATIO_LIMIT = 1.5

LOAD = """
import sys, time
from pathlib import Path
from reference_runtime.runtime import PackSpec, inspect_pack

def progress(text):
    if text.startswith("describe"):
        print(time.perf_counter() - started, flush=True)
        raise KeyboardInterrupt

started = time.perf_counter()
try:
    inspect_pack(PackSpec(Path(sys.argv[1]), sys.argv[2]), on_progress=progress)
except KeyboardInterrupt:
    pass
"""


def load(pack: Path, level: str) -> float:
    """Seconds from the request to start a worker until the pack is loaded."""
    command = [sys.executable, "-c", LOAD, str(pack), level]
    return float(_run(command, allowed=(0,)).split()[0])


def judge(pack: Path, level: str) -> float:
    """Seconds for the whole run. Findings (exit status 1) are no failure here."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"--studio-pack={pack}", f"--studio-api={level}", f"--studio-select={FAMILIES}"]
    started = time.perf_counter()
    _run(command, allowed=(0, 1))
    return time.perf_counter() - started


def _run(command: list[str], allowed: tuple[int, ...]) -> str:
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode not in allowed:
        sys.exit(f"status {result.returncode}:\n{(result.stdout + result.stderr)[-2000:]}")
    return result.stdout


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--api", default="comfy-latest")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    pack = options.pack.resolve()
    rounds = [(load(pack, options.api), judge(pack, options.api)) for _ in range(options.rounds)]
    loading = statistics.median(load for load, _ in rounds)
    judging = statistics.median(judge for _, judge in rounds)
    ratio = judging / loading
    print(f"load   {loading:6.2f} s  of {[round(load, 2) for load, _ in rounds]}")
    print(f"judge  {judging:6.2f} s  of {[round(judge, 2) for _, judge in rounds]}")
    print(f"ratio  {ratio:6.2f}    (limits: {SECONDS_LIMIT:.0f} s, ratio {RATIO_LIMIT})")
    return int(judging > SECONDS_LIMIT or ratio > RATIO_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
