"""What was tried of a node that is isolated from its host, as the checks of family RPC read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reference_runtime.exercise.facts import CaseRecord, CrossingFacts, Loss, Step
from studio_conformance.checks import NotApplicable, NotReached
from studio_conformance.checks._repeats import is_real
from studio_conformance.checks._runs import Seen, returned, runs
from studio_conformance.subject import Node

Pair = tuple[CaseRecord, CrossingFacts]
_OUTPUT = re.compile(r"output (\d+)")


def crossed(node: Node, step: Step) -> list[Pair]:
    """The cases with which the step told something.

    Raises NotReached when it was not tried, NotApplicable when it could tell nothing.
    """
    records = {record["case"]["id"]: record for record in returned(node)}
    require_isolated(node)
    tried = [each for each in node.execution.get("crossings", ()) if each["step"] == step]
    left = node.execution.get("crossings_left")
    if left and not tried:
        raise NotReached(left)
    if not tried:
        raise NotApplicable("no run gave values, only blocks")
    told = [(records[each["case"]], each) for each in tried if each["outcome"] == "done"]
    if not told:
        raise NotApplicable(tried[0]["reason"])
    return told


def require_isolated(node: Node) -> None:
    """Raise NotReached when the pack was run in this process, or what ``runs`` raises."""
    runs(node)
    if "crossings" not in node.execution:
        raise NotReached("not tried: the pack is not isolated")


def lost(node: Node, step: Step, *kinds: Loss, saying: str = "") -> Iterator[Seen]:
    """What the step found of these kinds, named by the output it is about."""
    for record, facts in crossed(node, step):
        for loss in facts["losses"]:
            if loss["what"] in kinds:
                text = f"{spoken(node, loss['path'])} {saying}{loss['detail']}"
                yield Seen(name_of(node, loss["path"]), text, record)


def differing(node: Node, step: Step, saying: str) -> Iterator[Seen]:
    """The first difference in each case that is more than rounding."""
    for record, facts in crossed(node, step):
        first = next((each for each in facts["differences"] if is_real(each)), None)
        if first is not None:
            text = f"{saying}: {spoken(node, first['path'])}: {first['what']}"
            yield Seen(name_of(node, first["path"]), text, record)


def require_agreement(node: Node, step: Step) -> None:
    """Raise NotApplicable when two equal runs do not agree, so that nothing can be compared."""
    reasons = [facts["reason"] for _, facts in crossed(node, step)]
    if all(reasons):
        raise NotApplicable(reasons[0])


def index_of(path: str) -> int | None:
    """Number of the output that a path begins with."""
    match = _OUTPUT.match(path)
    return int(match[1]) if match else None


def name_of(node: Node, path: str) -> str:
    """The output's own name; what is no output is called by its path."""
    index = index_of(path)
    if index is None:
        return path
    return node.outputs[index]["name"] if index < len(node.outputs) else f"output {index}"


def spoken(node: Node, path: str) -> str:
    """The path with the name of the output in it."""
    return _OUTPUT.sub(lambda found: f"output {name_of(node, found[0])!r}", path, count=1)
