"""What one input takes now, against what it took: types, range, options, default."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.release.changes import Change
from studio_conformance.release.interface import InputFace

SHOWN = 6
UNSAID = {"min": 0.0, "max": 2048.0}
"""What the frontend allows where a number's input says nothing."""
IMPLIED: dict[str, object] = {"INT": 0, "FLOAT": 0, "STRING": "", "BOOLEAN": False}


def value_changes(node: str, was: InputFace, now: InputFace) -> Iterator[Change]:
    """One change for each thing that is taken no more; a new type says all there is to say."""
    gone = lost_types(was, now)
    if gone:
        text = f"the input {now['name']!r} took {was['type']} and takes {now['type']}: links and "
        text += f"values of {', '.join(sorted(gone))} are refused"
        yield Change("input-type-narrowed", text, node, now["name"], now["name"], "inputs")
        return
    yield from _several(node, was, now)
    yield from _range(node, was, now)
    lost = list(_lost_options(was, now))
    if lost:
        yield _option_removed(node, now, lost)
    yield from _default(node, was, now, lost)


def lost_types(was: InputFace, now: InputFace) -> set[str]:
    """The types that the input took and takes no more."""
    if now.get("any") or was["type"] == now["type"]:
        return set()
    if was.get("any"):
        return {"other types"}
    before, after = set(was["type"].split(",")), set(now["type"].split(","))
    # A text field takes what a list of texts offered.
    return before - after - ({"COMBO"} if "STRING" in after else set())


def _several(node: str, was: InputFace, now: InputFace) -> Iterator[Change]:
    """A list of chosen options in place of one, or the other way round."""
    before, after = bool(was.get("several")), bool(now.get("several"))
    if before == after or "options" not in was or "options" not in now:
        return
    told = "one option and takes a list of them" if after else "a list of options and takes one"
    text = f"the input {now['name']!r} took {told}: saved values are of the other form"
    yield Change("input-type-narrowed", text, node, now["name"], now["name"], "inputs")


def _range(node: str, was: InputFace, now: InputFace) -> Iterator[Change]:
    told = []
    for key, sign in (("min", 1), ("max", -1)):
        limit, before = now.get(key), was.get(key)
        if not isinstance(limit, (int, float)):
            continue
        known = before if isinstance(before, (int, float)) else UNSAID[key]
        if sign * limit > sign * known:
            told.append(f"{key} was {'not given' if before is None else before} and is {limit}")
    if told and now["type"] in ("INT", "FLOAT"):
        text = f"the input {now['name']!r} takes less: {', '.join(told)}; saved values outside are "
        yield Change("range-narrowed", f"{text}refused", node, now["name"], now["name"], "inputs")


def _lost_options(was: InputFace, now: InputFace) -> Iterator[object]:
    before, after = was.get("options"), now.get("options")
    if before is None or after is None or was.get("volatile") or now.get("volatile"):
        return
    # An empty list is filled from files, or by the frontend.
    yield from (each for each in before if after and each not in after)


def _option_removed(node: str, now: InputFace, lost: list[object]) -> Change:
    more = f" and {len(lost) - SHOWN} more" if len(lost) > SHOWN else ""
    listed = ", ".join(repr(each) for each in lost[:SHOWN])
    text = f"the input {now['name']!r} offers no {listed}{more}: saved workflows that chose it are "
    return Change("option-removed", f"{text}refused", node, now["name"], now["name"], "inputs")


def _default(node: str, was: InputFace, now: InputFace, lost: list[object]) -> Iterator[Change]:
    """A default that went with its option is told there; one given for the first time is none.

    Where neither gives one, a list of options begins with its first.
    """
    unknown = was.get("volatile") or now.get("volatile")
    listed = was.get("options") and now.get("options")
    unsaid = "default" not in was and ("default" in now or not listed)
    if unknown or unsaid or not now["widget"]:
        return
    before, after = was.get("default", _implied(was)), now.get("default", _implied(now))
    same = before == after and isinstance(before, bool) == isinstance(after, bool)
    if same or before in lost:
        return
    text = f"the default of {now['name']!r} was {_short(before)} and is {_short(after)}"
    text += ": prompts that leave the input out, and new nodes, give another result"
    yield Change("default-changed", text, node, now["name"], now["name"], "inputs")


def _implied(item: InputFace) -> object:
    """What the frontend begins with where an input gives no default."""
    if item["type"] in IMPLIED:
        return IMPLIED[item["type"]]
    return (item.get("options") or [None])[0]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:59]}…"
