"""Routes of the pack hand nothing of a request to files, code or programs unchecked."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.flows import Flows
from studio_conformance.source import Function
from studio_conformance.subject import Pack


@check(
    "SANDBOX-020",
    "routes-reach-no-sink",
    title="Routes of the pack hand nothing of a request to files, code or programs unchecked.",
    why=(
        "A route is open to every page in the user's browser and to the whole network where the "
        "host listens to it: many packs were banned for a route that reads or deletes any file."
    ),
    fix=(
        "Look names up in a folder of your own and compare the resolved path with it by "
        "os.path.commonpath; refuse everything else."
    ),
    level="warning",
    scope="pack",
)
def routes_reach_no_sink(pack: Pack) -> Iterator[Violation]:
    routes = pack.description["load"]["routes"]
    if not routes:
        raise NotApplicable("the pack registers no route")
    for route in routes:
        if route["file"] is None or route["line"] is None:
            continue
        tree = pack.source.tree(route["file"])
        handler = pack.source.definition(route["file"], route["line"])
        if tree is None or not isinstance(handler, Function):
            continue
        names = [each.arg for each in handler.args.args if each.arg not in ("self", "cls")]
        for flow in Flows(tree).of(handler, names):
            text = (
                f"{route['method']} {route['path']} may hand a part of the request to "
                f"{flow.sink}() ({flow.kind}); seen in the source alone, confidence: medium"
            )
            yield Violation(text, Location(route["file"], flow.line), route["path"])
