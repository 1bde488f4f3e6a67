"""What reports cost: ``python benchmarks/reports.py [--nodes 1000 10000] [--browser]``.

Writes made-up logs of packs with that many nodes (150 checks each), makes every format from each
with ``studio-conformance report`` in a process of its own, and prints its processor time and its
highest memory. Time must grow with the log and no faster, and memory must not grow with it: status
1 when a node of the largest log takes more than LIMIT times that of the smallest, or when the
largest needs more than FLAT times the memory. ``--browser`` measures, by the browser's own clock,
how long the HTML report of a pack of 233 nodes takes to draw.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio_conformance.events import LOG_VERSION, write_events
from studio_conformance.log import versions
from studio_conformance.outcomes import OUTCOMES
from studio_conformance.reports.formats import FORMATS

CHECKS = 150
FAMILIES = ("LOAD", "SCHEMA", "SIGNATURE", "V1", "COMPAT", "ENV", "EXEC", "RPC")
LIMIT = 1.5
FLAT = 1.2
"""The log grows tenfold; what may grow with it are names of nodes, to know them again."""
DRAW_LIMIT = 1000.0
"""Milliseconds."""
DRAWN_NODES = 233
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update"
)


def log_of(nodes: int) -> Iterator[dict[str, Any]]:
    """A log with a finding in 1 of 200 judgements, and 40 % that don't apply."""
    started = "2026-01-01T00:00:00+00:00"
    head = {"event": "header", "schema_version": LOG_VERSION, "versions": versions()}
    yield {**head, "argv": [], "environment": {}, "started": started}
    codes = [f"{FAMILIES[i % len(FAMILIES)]}-{i:03}" for i in range(CHECKS)]
    yield from map(_check, codes)
    yield _pack(nodes)
    yield from map(_node, range(nodes))
    yield from _interface(nodes)
    yield from map(_execution, range(nodes))
    totals = dict.fromkeys(OUTCOMES, 0)
    for number in range(nodes):
        for place, code in enumerate(codes):
            row = _row(number, place, code)
            totals[row["outcome"]] += 1
            yield row
    end = {"exit_status": 1, "complete": True, "finished": started, "seconds": 1.0}
    yield {"event": "footer", "totals": totals, **end}


def _check(code: str) -> dict[str, Any]:
    told = dict.fromkeys(("title", "why", "fix"), f"What {code} is about, in a sentence.")
    family = code.partition("-")[0]
    return {
        "event": "check", "code": code, "slug": "a-slug", "family": family,
        "scope": "node", **told,
    }  # fmt: skip


def _node(number: int) -> dict[str, Any]:
    place = {"file": f"/packs/big/nodes_{number % 40}.py", "line": number + 1}
    name = {"node": f"Node{number}", "class_name": "C", "display_name": f"A node {number}"}
    kind = {"kind": "v3", "registered": True, "described": True}
    return {"event": "node", "pack": "big", **name, **kind, **place}


def _interface(nodes: int) -> Iterator[dict[str, Any]]:
    """What others depend on; every fifth node has changed."""
    named = {"pack": "big", "name": "big", "version": "1.0", "declared": True}
    told = {"level": "studio-0.3.71", "mapping": True, "modules": ["nodes"], "replacements": []}
    yield {"event": "interface", **named, "interface_version": 1, **told}
    yield from map(_face, range(nodes))
    baseline = {"name": "big", "version": "0.9", "source": "git:v0.9"}
    bumps = {"declared": ["0.9", "1.0"], "bump": "major", "needed": "major"}
    yield {"event": "release", "pack": "big", "baseline": baseline, "outcome": "compared", **bumps}
    yield from map(_change, range(0, nodes, 5))


def _face(number: int) -> dict[str, Any]:
    kinds = dict.fromkeys(("input_is_list", "output_node", "deprecated", "experimental"), False)
    one = {"name": "image", "type": "IMAGE", "required": True, "widget": False}
    two = {"name": "mode", "type": "COMBO", "required": True, "widget": True}
    inputs = [one, {**two, "default": "a", "options": ["a", "b", "c", "d", "e", "f"]}]
    place = {"file": f"nodes_{number % 40}.py", "line": number + 1}
    names = {"class_name": "C", "module": "nodes", "display_name": f"A node {number}"}
    return {
        "event": "face", "pack": "big", "id": f"Node{number}", "kind": "v3", "described": True,
        **names, "category": "image", "function": None, **kinds, **place, "inputs": inputs,
        "widgets": ["mode"], "outputs": [{"name": "IMAGE", "type": "IMAGE", "list": False}],
    }  # fmt: skip


def _change(number: int) -> dict[str, Any]:
    place = {"file": f"nodes_{number % 40}.py", "line": number + 1}
    change = {"code": "RELEASE-014", "node": f"Node{number}", "kind": "default-changed"}
    what = "input 'mode' starts with 'a', before with 'b'"
    return {"event": "change", "pack": "big", **change, "bump": "major", "what": what, **place}


def _execution(number: int) -> dict[str, Any]:
    ends = ("rejected", "raised", "lacking", "crashed", "hung", "not_run", "not_reached")
    counts = {"planned": 20, "returned": 20, **dict.fromkeys(ends, 0), "runs": 40}
    told = {"not_generable": [], "fakes": [], "reason": "", "seconds": 0.2, "slowest": 0.01}
    return {"event": "execution", "pack": "big", "node": f"Node{number}", **counts, **told}


def _pack(nodes: int) -> dict[str, Any]:
    asked = {"argument": "big", "api_level": "studio-0.3.71", "api_level_reason": "asked for"}
    judged = {"mode": "faithful", "fail_on": "error", "config_file": None, "waivers": 0}
    chosen = {"select": [], "ignore": [], "levels": {}, "max_examples": 0, "budget": 90.0}
    worker = {"python": "3.11", "torch": None, "numpy": None}
    alone = {"kind": "process", "python": None, "environment": None, "installed": {}}
    alone |= {"lent": {}, "why_not_lent": ""}
    load = {"loaded": True, "route": "v3", "seconds": 1.0, "peak_bytes": 1, "modules": 40}
    load |= dict.fromkeys(("nodes", "registered", "described"), nodes)
    load |= {"inspection_seconds": 1.0}
    loaded = {"load": load, "broken": None, "unconfinable": False}
    held = {"fakes": False, "isolation": alone, "confinement": None, "sandbox": None}
    names = {"pack": "big", "name": "big", "version": "1.0", "path": "/packs/big"}
    names |= {"repository": "/packs/big"}
    return {
        "event": "pack",
        **names,
        **asked,
        **judged,
        **chosen,
        **held,
        "worker": worker,
        **loaded,
    }


def _row(number: int, place: int, code: str) -> dict[str, Any]:
    at = number * CHECKS + place
    found, idle = at % 200 == 7, at % 5 < 2
    outcome = "failed" if found else "not_applicable" if idle else "passed"
    row: dict[str, Any] = {"event": "result", "pack": "big", "id": f"{at:012x}", "code": code}
    row |= {"slug": "a-slug", "family": code.partition("-")[0], "node": f"Node{number}"}
    row |= {"level": "warning" if place % 2 else "error", "outcome": outcome}
    row |= {"message": f"no input of kind {place % 9}" if idle else ""}
    row |= dict.fromkeys(("file", "line", "input", "replay", "traceback", "waiver", "example"))
    if found:
        row |= {"message": "the declared and the returned values differ", "line": 3}
        row |= {"file": f"/packs/big/nodes_{number % 40}.py", "input": "image", "replay": "pytest"}
    return row


CHILD = """
import resource, sys
from studio_conformance.cli import main
def used():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
before = used()
status = main(sys.argv[1:])
print(used() - before, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(status)
"""


def report(log: Path, name: str, file: Path) -> tuple[float, float]:
    """Seconds of processor time, and MiB at the highest, for one report."""
    arguments = ["report", str(log), "--format", name, "--output", str(file)]
    command = [sys.executable, "-c", CHILD, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    seconds, kib = done.stdout.split()
    return float(seconds), int(kib) / 1024


def measure(sizes: list[int], folder: Path) -> bool:
    """Print the figures; whether time per node and memory stay within their limits."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in FORMATS}
    for nodes in sizes:
        log = folder / f"{nodes}.jsonl"
        write_events(log, log_of(nodes))
        mib = log.stat().st_size / 2**20
        print(f"{nodes} nodes, {nodes * CHECKS} results, log of {mib:.0f} MiB", flush=True)
        for name in FORMATS:
            seconds, mib = _measured(log, name, folder / "out")
            taken[name].append((seconds / nodes, mib))
        log.unlink()
    time_limit = _within("time per node", {n: (m[0][0], m[-1][0]) for n, m in taken.items()}, LIMIT)
    memory = _within("memory", {n: (m[0][1], m[-1][1]) for n, m in taken.items()}, FLAT)
    return time_limit and memory


def _within(what: str, grown: dict[str, tuple[float, float]], limit: float) -> bool:
    ratios = {name: last / first for name, (first, last) in grown.items()}
    told = ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items())
    print(f"{what}, largest log to smallest (limit {limit}): {told}")
    return max(ratios.values()) <= limit


def _measured(log: Path, name: str, file: Path) -> tuple[float, float]:
    seconds, mib = report(log, name, file)
    size = file.stat().st_size / 2**20
    print(
        f"  {name:10} {seconds:7.2f} s processor time, {mib:5.1f} MiB memory, {size:7.2f} MiB file",
        flush=True,
    )
    return seconds, mib


def draw(folder: Path) -> bool:
    """Print how long the browser takes for the report of a real pack's size."""
    log, page = folder / "drawn.jsonl", folder / "drawn.html"
    write_events(log, log_of(DRAWN_NODES))
    report(log, "html", page)
    times = _drawn(page, folder / "profile")
    drawn, loaded = (sorted(each[i] for each in times)[len(times) // 2] for i in (0, 1))
    kib = page.stat().st_size / 1024
    print(f"HTML of {DRAWN_NODES} nodes x {CHECKS} checks, {kib:.0f} KiB: drawn in {drawn:.0f} ms")
    print(f"  (opened, parsed and drawn: {loaded:.0f} ms); the browser's own clock, medians of 7")
    return bool(drawn < DRAW_LIMIT)


def _drawn(page: Path, profile: Path) -> list[list[float]]:
    """Milliseconds of drawing, and from opening to the end of loading, several times."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in (*FLAGS.split(), f"--user-data-dir={profile}"):
        options.add_argument(flag)
    service = webdriver.ChromeService(shutil.which("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    script = (
        "const [draw] = performance.getEntriesByName('draw');"
        "const [load] = performance.getEntriesByType('navigation');"
        "return [draw.duration, load.loadEventEnd]"
    )
    try:
        times = []
        for _ in range(7):
            driver.get(page.as_uri())
            time.sleep(0.5)
            times.append(driver.execute_script(script))
        return times
    finally:
        driver.quit()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--nodes", type=int, nargs="+", default=[1000, 10_000])
    parser.add_argument("--browser", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        fine = measure(sorted(arguments.nodes), Path(name))
        if arguments.browser:
            fine = draw(Path(name)) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
