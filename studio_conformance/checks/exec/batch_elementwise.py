"""Each image of a batch is treated as it would be alone."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._repeats import (
    Pair,
    differing,
    real,
    repeated,
    require_repeatable,
    seeds,
)
from studio_conformance.checks._runs import Seen, each_once, without_fakes
from studio_conformance.subject import Node

BATCHES = ("IMAGE", "MASK", "LATENT", "AUDIO")
ELEMENT = re.compile(r"(output \d+)\[(\d+)\]")


@check(
    "EXEC-020",
    "batch-elementwise",
    title="A node that works image by image treats every image of a batch alike.",
    why=(
        "Only the first image of the batch comes out right; the rest is silently wrong, which "
        "shows late, in a video or a grid."
    ),
    fix=(
        "Loop over the batch, or compute on the whole tensor; make sizes, masks and numbers "
        "for each image anew."
    ),
    level="warning",
)
def batch_elementwise(node: Node) -> Iterator[Violation]:
    require_repeatable(node)
    without_fakes(node)
    if seeds(node):
        raise NotApplicable("the node draws random numbers, which each element gets others of")
    if any(differing(repeated(node, "again", "other_rng"))):
        raise NotApplicable("the result is not the same in each run")
    if len([item for item in node.inputs if item["io_type"] in BATCHES]) > 1:
        raise NotApplicable("several inputs are batches, and may be combined across elements")
    yield from each_once(node, _seen(repeated(node, "split_batch")))


def _seen(pairs: list[Pair]) -> Iterator[Seen]:
    """Outputs of which the first element is what it is alone, and a later one is not.

    Where the first differs too, the node looks at the batch as a whole, by intention.
    """
    for record, relation in pairs:
        odd: dict[str, list[str]] = {}
        for each in real(relation):
            match = ELEMENT.match(each["path"])
            if match:
                odd.setdefault(match[1], []).append(f"{match[2]} ({each['what']})")
        for name, elements in odd.items():
            if not elements[0].startswith("0 "):
                text = f"{name}: not what it is without the others: element {elements[0]}"
                yield Seen(name, text, record)
