"""How long judging a pack takes, against loading it: ``python benchmarks/judging.py PACK``.

Runs ``pytest --studio-pack=PACK`` with the schema families, collection included, in a fresh process
for each round, and takes the time of loading the pack (its import in the worker, nothing else) from
the report of the same run. Prints medians and their ratio; status 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FAMILIES = "SCHEMA,SIGNATURE,V1"
SECONDS_LIMIT = 10.0
RATIO_LIMIT = 1.5


def judge(pack: Path, level: str) -> tuple[float, float, int]:
    """Seconds for the whole run, seconds for loading within it, and how many nodes were judged.

    Findings (exit status 1) are no failure here; anything else ends the benchmark.
    """
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        command += [f"--studio-pack={pack}", f"--studio-api={level}", f"--studio-report={folder}"]
        command += [f"--studio-select={FAMILIES}"]
        start = time.perf_counter()
        result = subprocess.run(command, capture_output=True, text=True)
        seconds = time.perf_counter() - start
        if result.returncode not in (0, 1):
            sys.exit(f"status {result.returncode}:\n{(result.stdout + result.stderr)[-2000:]}")
        report = json.loads((Path(folder) / "report.json").read_text("utf-8"))
    return seconds, float(report["load"]["seconds"]), len(report["nodes"])


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--api", default="comfy-latest")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    rounds = [judge(options.pack.resolve(), options.api) for _ in range(options.rounds)]
    judging = statistics.median(seconds for seconds, _, _ in rounds)
    loading = statistics.median(load for _, load, _ in rounds)
    ratio = statistics.median(seconds / load for seconds, load, _ in rounds)
    print(f"nodes  {rounds[0][2]:6d}")
    print(f"load   {loading:6.2f} s  of {[round(load, 2) for _, load, _ in rounds]}")
    print(f"judge  {judging:6.2f} s  of {[round(seconds, 2) for seconds, _, _ in rounds]}")
    print(f"ratio  {ratio:6.2f}    (limits: {SECONDS_LIMIT:.0f} s, ratio {RATIO_LIMIT})")
    return int(judging > SECONDS_LIMIT or ratio > RATIO_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
