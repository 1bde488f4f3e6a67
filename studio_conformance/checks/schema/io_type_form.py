"""An io type of the pack's own is upper-case, without spaces, and not empty."""

from __future__ import annotations

import re
from collections.abc import Iterator

from studio_conformance.checks import Violation, check
from studio_conformance.subject import Node

_FORM = re.compile(r"[A-Z0-9_*.:+-]+(,[A-Z0-9_*.:+-]+)*")

_SEEDS = ("INT:seed", "INT:noise_seed")
"""Widgets that the frontend has under these very names."""


@check(
    "SCHEMA-016",
    "io-type-form",
    title="An io type of the pack's own is upper-case, without spaces, and not empty.",
    why=(
        "A comma joins alternatives and the frontend splits at it, spaces and all; "
        "types that differ in case do not connect to those of other packs that mean the "
        "same."
    ),
    fix="Write the io type like MY_TYPE.",
    level="warning",
)
def io_type_form(node: Node) -> Iterator[Violation]:
    for item in [*node.inputs, *node.outputs]:
        if item["io_type"] in _SEEDS or item["io_type_kind"] != "str":
            continue
        if not _FORM.fullmatch(item["io_type"]):
            name = str(item["id"] or item.get("name"))
            message = f"{name!r} has the io type {item['io_type']!r}"
            yield Violation(message, node.locate(item["io_type"]), name)
