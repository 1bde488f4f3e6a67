"""What a run gives for the frontend is a dict of lists."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import Seen, each_once, returned
from studio_conformance.subject import Node


@check(
    "EXEC-031",
    "ui-lists",
    title="What a run gives as ui is a dict whose values are lists.",
    why=(
        "The host joins the values of several calls as lists: a text falls apart into "
        "letters, a number ends the run with an error."
    ),
    fix="Put each value into a list: ui={'text': [text]}.",
    level="error",
)
def ui_lists(node: Node) -> Iterator[Violation]:
    gave = [(record, record["facts"]["ui"]) for record in returned(node)]
    if not any(ui for _, ui in gave):
        raise NotApplicable("no run gave a ui")
    yield from each_once(
        node,
        (
            Seen(key, f"ui[{key!r}] is a {kind}, not a list", record)
            for record, ui in gave
            for key, kind in (ui["types"] if ui else {}).items()
            if kind not in ("list", "tuple")
        ),
    )
