"""How long judging a pack takes, against loading it: ``python benchmarks/judging.py PACK``.

Runs in turn, several rounds: (a) the pack in a worker, loaded and not described, which is the least any
judge must do; (b) ``pytest --studio-pack=PACK`` with the schema families, collection included.
Prints medians and their ratio; the limits are 10 seconds for (b) and 1.5 for the ratio.
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


def load(pack: Path, level: str) -> float:
    """Seconds for a fresh interpreter that starts a worker, has it load the pack, and ends it."""
    code = (
        "import sys; from pathlib import Path\n"
        "from reference_runtime.runtime import PackSpec, load_pack\n"
        "facts = load_pack(PackSpec(Path(sys.argv[1]), sys.argv[2]))\n"
        "sys.exit(0 if facts['loaded'] else 'the pack did not load')\n"
    )
    return _timed([sys.executable, "-c", code, str(pack), level], allowed=(0,))


def judge(pack: Path, level: str) -> float:
    """Seconds for the whole pytest run. Findings (exit status 1) are no failure here."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += [f"--studio-pack={pack}", f"--studio-api={level}", f"--studio-select={FAMILIES}"]
    return _timed(command, allowed=(0, 1))


def _timed(command: list[str], allowed: tuple[int, ...]) -> float:
    start = time.perf_counter()
    result = subprocess.run(command, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if result.returncode not in allowed:
        sys.exit(f"{command} ended with {result.returncode}:\n{(result.stdout + result.stderr)[-2000:]}")
    return seconds


def main() -> int:
    """Measure and print; status 1 when a limit is broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pack", type=Path)
    parser.add_argument("--api", default="comfy-latest")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    loads, judgements = [], []
    for _ in range(options.rounds):
        loads.append(load(options.pack, options.api))
        judgements.append(judge(options.pack, options.api))
    loading, judging = statistics.median(loads), statistics.median(judgements)
    ratio = judging / loading
    print(f"load   {loading:6.2f} s  of {[round(s, 2) for s in loads]}")
    print(f"judge  {judging:6.2f} s  of {[round(s, 2) for s in judgements]}")
    print(f"ratio  {ratio:6.2f}    (limits: {SECONDS_LIMIT:.0f} s, ratio {RATIO_LIMIT})")
    return int(judging > SECONDS_LIMIT or ratio > RATIO_LIMIT)


if __name__ == "__main__":
    sys.exit(main())
