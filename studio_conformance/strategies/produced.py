"""Values of a pack's own io types: what another node of the pack gives on its defaults.

Nobody but the pack knows what such a value is. So the node that makes it is run first, in the same
worker and on inputs that stand in the recipe: what comes of it is what a user's graph would link.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from studio_conformance.strategies.sources import Form, Recipe, Source
from studio_conformance.subject import Node

Inputs = Callable[[Form], dict[str, Recipe]]
"""Recipes of the producing node's inputs, by name."""


class Produced(Source):
    """One output of one node; it follows the form of the case."""

    is_tensor = True

    def __init__(self, node: Node, output: int, inputs: Inputs, fakes: tuple[str, ...]) -> None:
        self.node, self.output, self.inputs, self.fakes = node, output, inputs, fakes

    def default(self, form: Form) -> Recipe:
        return {
            "make": "OUTPUT",
            "node": self.node.key,
            "class_name": self.node.facts["class_name"],
            "output": self.output,
            "inputs": self.inputs(form),
        }


def producers(node: Node, io_type: str) -> list[tuple[Node, int]]:
    """Other nodes of the pack with an output of this type, and its place; simple nodes first."""
    found: list[tuple[Node, int]] = []
    for other in node.pack.nodes:
        if other.key == node.key or not other.described:
            continue
        for output in other.outputs:
            if output["io_type"] == io_type and not output["is_list"]:
                found.append((other, output["index"]))
                break
    return sorted(found, key=_inputs_needed)


def _inputs_needed(found: tuple[Node, int]) -> Any:
    return sum(facts["group"] == "required" for facts in found[0].inputs)
