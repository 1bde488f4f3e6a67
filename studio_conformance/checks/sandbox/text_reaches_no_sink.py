"""The source shows no way from a text to files, code, programs or the network."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.escapes.facts import EscapeKind
from studio_conformance.checks import Location, NotApplicable, Violation, check
from studio_conformance.flows import Flow, Flows
from studio_conformance.source import Function
from studio_conformance.subject import Node
from studio_conformance.texts import text_inputs

SAID: dict[str, tuple[EscapeKind, ...]] = {
    "read": ("read", "load"), "write": ("write", "archive", "own-folder"), "delete": ("delete",),
    "list": ("list", "read"), "code": ("code",), "shell": ("shell",), "load": ("load", "read"),
    "network": ("network",), "process": ("argument", "process"),
}  # fmt: skip
"""By kind of sink: what a run that confirms it is found as."""


@check(
    "SANDBOX-019",
    "text-reaches-no-sink",
    title="The source shows no open way from a text to code, programs, pickles or other hosts.",
    why=(
        "What a run with small inputs did not reach may still be reached: the source hands the "
        "text on to a function that runs, loads or contacts what it is given."
    ),
    fix=(
        "Check the text right before it is used, or use a function that needs no check "
        "(ast.literal_eval, safetensors, a table of names)."
    ),
    level="warning",
)
def text_reaches_no_sink(node: Node) -> Iterator[Violation]:
    names = text_inputs(node)
    method = node.method("execute")
    if not names:
        raise NotApplicable("no input takes a text")
    if method is None or method["file"] is None or method["line"] is None:
        raise NotApplicable("the source of the method that runs the node is not known")
    tree = node.pack.source.tree(method["file"])
    function = node.pack.source.definition(method["file"], method["line"])
    if tree is None or not isinstance(function, Function):
        raise NotApplicable("the source of the method that runs the node is not known")
    for flow in Flows(tree).of(function, names):
        if flow.kind in GRAVE and not _confirmed(node, flow):
            yield Violation(_told(flow), Location(method["file"], flow.line), flow.parameter)


GRAVE = ("code", "shell", "load", "network")
"""Files are judged by runs alone: whether a path is checked before is not seen here."""


def _confirmed(node: Node, flow: Flow) -> bool:
    """Whether a run found it: then that finding says so, at its own level."""
    if node.pack.exercise is None or "escapes" not in node.execution:
        return False
    found = node.execution["escapes"]["found"]
    kinds = SAID[flow.kind]
    return any(each["input"] == flow.parameter and each["kind"] in kinds for each in found)


def _told(flow: Flow) -> str:
    return (
        f"{flow.parameter} may reach {flow.sink}() ({flow.kind}); seen in the source alone, "
        "confidence: medium, no run confirms it"
    )
