"""What the terminal says about running nodes: how many ran, what was rejected, what is slow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from studio_conformance.events import Event
from studio_conformance.tally import SLOW_SECONDS, is_executed

SLOW_SHOWN = 5


def executed_lines(pack: Event, tallies: Sequence[Event]) -> Iterator[str]:
    """Lines about the nodes that were to be run; none where none was."""
    if not tallies:
        return
    yield _nodes(tallies)
    yield _cases(tallies)
    yield from _without_values(pack, tallies)
    yield from _slow(tallies)
    yield from _probed(tallies)


def _nodes(tallies: Sequence[Event]) -> str:
    ran = [t for t in tallies if is_executed(t)]  # type: ignore[arg-type]
    faked = [t["fakes"] for t in ran if t["fakes"]]
    kinds = ", ".join(sorted({kind for fakes in faked for kind in fakes}))
    beside = f" ({len(faked)} of them with fakes: {kinds})" if faked else ""
    gave = sum(bool(t["returned"]) for t in ran)
    seconds = sum(t["seconds"] for t in tallies)
    return (
        f"ran {len(ran)} of {len(tallies)} nodes{beside} in {seconds:.1f} s; {gave} gave a result"
    )


def _cases(tallies: Sequence[Event]) -> str:
    names = {
        "returned": "returned",
        "rejected": "rejected the input",
        "raised": "raised",
        "lacking": "lacked something here",
        "crashed": "crashed",
        "hung": "hung",
        "not_run": "not run",
        "not_reached": "not reached",
    }
    sums = {name: sum(t[name] for t in tallies) for name in names}
    told = ", ".join(f"{sums[name]} {words}" for name, words in names.items() if sums[name])
    return f"{sum(t['planned'] for t in tallies)} inputs: {told or 'none'}"


def _without_values(pack: Event, tallies: Sequence[Event]) -> Iterator[str]:
    types = Counter(
        sorted({name.rpartition("(")[2].rstrip(")") for name in t["not_generable"]})[0]
        for t in tallies
        if t["not_generable"]
    )
    if types:
        from studio_conformance.strategies.tensors import FAKES

        told = ", ".join(f"{kind} {number}" for kind, number in types.most_common(8))
        fakeable = not pack["fakes"] and not types.keys().isdisjoint(FAKES)
        hint = " (--studio-fakes gives small fakes for models)" if fakeable else ""
        number = sum(types.values())
        need = "node needs" if number == 1 else "nodes need"
        yield f"not generable: {number} {need} {told}{hint}"


def _probed(tallies: Sequence[Event]) -> Iterator[str]:
    payloads = [t["payloads"] for t in tallies if t.get("payloads")]
    if payloads:
        yield f"ways out: {sum(payloads)} payloads for the texts of {len(payloads)} nodes"
    declared = [name for t in tallies for name in t.get("declared", ())]
    if declared:
        yield f"declared to lead anywhere: {', '.join(declared)}"


def _slow(tallies: Sequence[Event]) -> Iterator[str]:
    slow = sorted((t for t in tallies if t["slowest"] > SLOW_SECONDS), key=lambda t: -t["slowest"])
    if slow:
        shown = ", ".join(f"{t['node']} {t['slowest']:.1f} s" for t in slow[:SLOW_SHOWN])
        more = f" and {len(slow) - SLOW_SHOWN} more" if len(slow) > SLOW_SHOWN else ""
        yield f"slow: {shown}{more}"
