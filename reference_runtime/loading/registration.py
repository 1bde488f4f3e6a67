"""Which of a pack's nodes the host would end up with. Runs in the host process, on plain facts.

Source of the rules: the host registers the classes of a node list one by one and gives up at the
first that fails; of two nodes with one id the later wins, silently.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from reference_runtime.loading.failures import problem

if TYPE_CHECKING:
    from reference_runtime.description import NodeDescription, Problem


def settle(
    nodes: list[NodeDescription],
    blocked: list[str | None],
    taken: frozenset[str] = frozenset(),
) -> list[Problem]:
    """Set ``registered`` of the nodes, in loading order; ``blocked`` says what blocks each already.

    ``taken``: ids of the host's own nodes; it leaves out others of that id without a word. Gives
    the problems found on the way: register-failed, dropped-after-failure, duplicate-id.
    """
    problems: list[Problem] = []
    failed: str | None = None
    for node, reason in zip(nodes, blocked, strict=True):
        node["registered"] = reason is None and node["key"] not in taken
        if node["route"] != "v3":
            continue
        if node["failure"] is not None:
            problems.append(_failed(node))
            failed, node["registered"] = failed or node["key"], False
        elif failed is not None or reason == "dropped-after-failure":
            problems.append(_dropped(node, failed))
            node["registered"] = False
    return problems + _duplicates(nodes)


def _failed(node: NodeDescription) -> Problem:
    failure = node["failure"]
    assert failure is not None
    text = f"registering {node['key']} raised {failure['type']}: {failure['message']}"
    return problem("register-failed", text, node=node["key"], failure=failure)


def _dropped(node: NodeDescription, failed: str | None) -> Problem:
    culprit = failed or "an item of the list"
    text = f"the host drops {node['key']}, because {culprit} before it failed to register"
    at = (node["file"], node["line"])
    return problem("dropped-after-failure", text, node=node["key"], at=at)


def _duplicates(nodes: list[NodeDescription]) -> list[Problem]:
    problems = []
    last: dict[str, NodeDescription] = {}
    for node in nodes:
        earlier = last.get(node["key"])
        if earlier is not None and node["failure"] is None:
            problems.append(_duplicate(earlier, node))
            if node["registered"]:
                earlier["registered"] = False
        last[node["key"]] = node
    return problems


def _duplicate(earlier: NodeDescription, later: NodeDescription) -> Problem:
    text = (
        f"{earlier['class_name']} and {later['class_name']} both have the id {later['key']!r}; "
        "the host keeps the later one"
    )
    at = (later["file"], later["line"])
    return problem("duplicate-id", text, node=later["key"], at=at)
