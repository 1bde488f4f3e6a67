"""What a run gives for the frontend is JSON."""

from __future__ import annotations

from collections.abc import Iterator

from reference_runtime.plain import Defect
from studio_conformance.checks import NotApplicable, Violation, check
from studio_conformance.checks._runs import Seen, each_once, returned
from studio_conformance.subject import Node


@check(
    "EXEC-030",
    "ui-plain",
    title="What a run gives as ui is JSON, with finite numbers only.",
    why=(
        "The host can't send the message: the node's result never shows, and the history of "
        "the prompt can't be read any more."
    ),
    fix=(
        "Turn tensors, numpy numbers, paths and sets into lists, int(...), float(...) and "
        "str(...) before they go into ui."
    ),
    level="error",
)
def ui_plain(node: Node) -> Iterator[Violation]:
    gave = [(record, record["facts"]["ui"]) for record in returned(node)]
    if not any(ui for _, ui in gave):
        raise NotApplicable("no run gave a ui")
    yield from each_once(
        node,
        (
            Seen(str(defect["path"][0]), _text(defect), record)
            for record, ui in gave
            for defect in (ui["defects"] if ui else [])
            if defect["path"]
        ),
    )


def _text(defect: Defect) -> str:
    place = "".join(f"[{part!r}]" for part in defect["path"])
    return f"ui{place} is a {defect['type']}, which JSON can't hold: {defect['repr']}"
