"""Routes of the pack hand nothing of a request to files, code or programs unchecked."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.description import RouteFacts
from reference_runtime.escapes.facts import NO_AIOHTTP, EscapeKind, RouteEscape
from studio_conformance.checks import Location, NotApplicable, NotReached, Violation, check
from studio_conformance.flows import Flows
from studio_conformance.source import Function
from studio_conformance.subject import Pack

DID: dict[EscapeKind, str] = {
    "read": "reads outside the host's folders", "write": "writes outside the host's folders",
    "delete": "deletes outside the host's folders", "list": "lists a folder outside the host's",
    "archive": "unpacks outside the host's folders", "load": "runs what stands in a file",
    "code": "runs the text as Python", "shell": "runs the text in a shell",
    "argument": "hands the text to a program as an option",
    "process": "starts the program that the text names",
    "secret": "gives a variable of the environment away",
}  # fmt: skip
"""By kind: what a request made the host do."""
GRAVE = ("code", "shell", "load", "network")
"""Kinds of sinks that the source tells of whatever requests came to."""
LESS: dict[EscapeKind, EscapeKind] = {"list": "read", "secret": "shell"}
"""What says less than another kind found in the same place."""


@check(
    "SANDBOX-020",
    "routes-reach-no-sink",
    title="Routes of the pack hand nothing of a request to files, code or programs unchecked.",
    why=(
        "A route is open to every page in the user's browser and to the whole network where the "
        "host listens to it: many packs were banned for a route that reads or deletes any file. "
        "What was seen in the source alone, and by no request, is a warning."
    ),
    fix=(
        "Look names up in a folder of your own and compare the resolved path with it by "
        "os.path.commonpath; refuse everything else."
    ),
    level="error",
    scope="pack",
)
def routes_reach_no_sink(pack: Pack) -> Iterator[Violation]:
    routes = pack.description["load"]["routes"]
    if not routes:
        raise NotApplicable("the pack registers no route")
    called = pack.call_routes() if pack.call_routes is not None else None
    found = called["found"] if called else []
    violations = [_told(pack, routes[each["number"]], each) for each in _telling(found)]
    confirmed = {each["number"] for each in found if each["escape"]["kind"] in DID}
    reached = called["reached"] if called else []
    for number, route in enumerate(routes):
        if number not in confirmed:
            violations += _in_source(pack, route, judged=number in reached)
    yield from violations
    if violations:
        return
    if called is None:
        raise NotReached("its routes were not called: the pack is not isolated")
    for number, reason in called["left"].items():
        route = routes[number]
        if reason == NO_AIOHTTP:
            raise NotApplicable(reason)
        raise NotReached(f"{route['method']} {route['path']} was not tried to the end: {reason}")


def _telling(found: list[RouteEscape]) -> list[RouteEscape]:
    """Without what says less than another: one cause, one finding."""
    seen = {(each["number"], each["name"], each["escape"]["kind"]) for each in found}
    kept = []
    for each in found:
        number, name, kind = each["number"], each["name"], each["escape"]["kind"]
        if kind in DID and not (kind in LESS and (number, name, LESS[kind]) in seen):
            kept.append(each)
    return kept


def _told(pack: Pack, route: RouteFacts, found: RouteEscape) -> Violation:
    escape = found["escape"]
    target = f": {escape['target']}" if escape["target"] else ""
    proof = f"{escape['proof']}; payload {escape['payload']}"
    text = f"{found['request']} {DID[escape['kind']]}{target} ({proof})"
    where = pack.at(escape["file"] or route["file"], escape["line"] or route["line"])
    place = f"{route['method']} {route['path']} {found['name']}"
    return Violation(text.replace(str(pack.path), "<pack>"), where, place)


def _in_source(pack: Pack, route: RouteFacts, judged: bool) -> Iterator[Violation]:
    """What the source alone shows of a route in which no request found anything.

    ``judged``: requests came as far as to files or programs: whether the text is checked before is
    known better from them.
    """
    if route["file"] is None or route["line"] is None:
        return
    tree = pack.source.tree(route["file"])
    handler = pack.source.definition(route["file"], route["line"])
    if tree is None or not isinstance(handler, Function):
        return
    names = [each.arg for each in handler.args.args if each.arg not in ("self", "cls")]
    for flow in Flows(tree).of(handler, names):
        if judged and flow.kind not in GRAVE:
            continue
        text = (
            f"{route['method']} {route['path']} may hand a part of the request to "
            f"{flow.sink}() ({flow.kind}); seen in the source alone, confidence: medium"
        )
        where = Location(route["file"], flow.line)
        yield Violation(text, where, route["path"], level="warning")
