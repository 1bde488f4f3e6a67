"""Changes of a node's inputs: what is gone, new, moved, or takes less than it did."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.release.changes import Change
from studio_conformance.release.compare_values import value_changes
from studio_conformance.release.compare_widgets import Shift, shift_of
from studio_conformance.release.interface import InputFace, NodeFace
from studio_conformance.release.pairing import pair_inputs


SINGLY = 2
"""So many inputs that are gone are told one by one."""


def input_changes(old: NodeFace, new: NodeFace) -> Iterator[Change]:
    """What is the cause of a shift of widgets is told there, and only there."""
    before = {item["name"]: item for item in old["inputs"]}
    after = {item["name"]: item for item in new["inputs"]}
    renamed = pair_inputs(old["inputs"], new["inputs"])
    shift = shift_of(old, new, renamed)
    if shift is not None:
        yield _shifted(new["id"], shift)
    told = shift.causes if shift is not None else frozenset()
    for name in renamed:
        yield from _renamed(new["id"], before[name], after[renamed[name]])
    gone = [i for n, i in before.items() if n not in after and n not in told and n not in renamed]
    if len(gone) > SINGLY:
        yield _many_removed(new["id"], gone)
    else:
        yield from (_removed(new["id"], item) for item in gone)
    for name, item in after.items():
        was = before.get(name) or _old_of(name, renamed, before)
        if was is not None:
            yield from _required(new["id"], was, item)
            yield from value_changes(new["id"], was, item)
        elif name not in told:
            yield _added(new["id"], item)


def _old_of(name: str, renamed: dict[str, str], before: dict[str, InputFace]) -> InputFace | None:
    return next((before[was] for was, now in renamed.items() if now == name), None)


def _shifted(node: str, shift: Shift) -> Change:
    return Change("widget-order-shifted", shift.text, node, "widgets", shift.look_for, "inputs")


def _removed(node: str, item: InputFace) -> Change:
    what = "the value" if item["widget"] else "the link"
    text = f"the input {item['name']!r} ({item['type']}) is gone: {what} that workflows have for it"
    return Change("input-removed", f"{text} is lost", node, item["name"], None, "inputs")


def _many_removed(node: str, items: list[InputFace]) -> Change:
    """A node that was made anew: one cause, however many inputs it had."""
    listed = ", ".join(repr(item["name"]) for item in items)
    text = f"the inputs {listed} are gone: links and values that workflows have for them are lost"
    return Change("input-removed", text, node, "inputs", None, "inputs")


def _renamed(node: str, was: InputFace, now: InputFace) -> Iterator[Change]:
    text = (
        f"the input {was['name']!r} is now called {now['name']!r}: links to it and prompts in API "
        "format, which go by the name, are lost"
    )
    yield Change("input-renamed", text, node, now["name"], now["name"], "inputs")


def _added(node: str, item: InputFace) -> Change:
    name, kind = item["name"], item["type"]
    if not item["required"]:
        text = f"the optional input {name!r} ({kind}) is new"
        return Change("input-added", text, node, name, name, "inputs")
    if item["widget"]:
        text = f"the required input {name!r} ({kind}) is new: prompts in API format lack it"
        return Change("required-widget-added", text, node, name, name, "inputs")
    text = f"the required input {name!r} ({kind}) is new: workflows have no link to it"
    return Change("required-input-added", text, node, name, name, "inputs")


def _required(node: str, was: InputFace, now: InputFace) -> Iterator[Change]:
    if now["required"] and not was["required"]:
        name = now["name"]
        text = f"the input {name!r} ({now['type']}) was optional and is required: "
        kind = "required-widget-added" if now["widget"] else "required-input-added"
        text += "prompts in API format" if now["widget"] else "workflows"
        yield Change(kind, f"{text} that leave it out are refused", node, name, name, "inputs")
