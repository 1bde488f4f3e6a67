"""``badge.svg`` and ``badge.json``: one glance, with its denominator."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from studio_conformance import outcomes
from studio_conformance.events import Event
from studio_conformance.reports.escaping import xml
from studio_conformance.reports.facts import Facts, many

LABEL = "conformance"
COLOURS = {"brightgreen": "#2e7d32", "yellow": "#8a6100", "red": "#b3261e", "lightgrey": "#5f6368"}
WIDE = 7.0
"""Pixels of an average character at 11 px, with some room."""
SIDE = 7


def message(facts: Facts) -> tuple[str, str]:
    """What stands on the badge and the name of its colour. Green is a complete, clean run alone."""
    packs = facts.packs.values()
    status, complete = facts.footer["exit_status"], facts.footer["complete"]
    nodes = sum(len(pack.nodes) for pack in packs)
    if status == outcomes.NOTHING_TESTED or not nodes:
        return "nothing tested", "red" if status else "lightgrey"
    text = f"{sum(pack.fit for pack in packs)}/{many(nodes, 'node')}"
    of_packs = sum(row["node"] is None for pack in packs for row in pack.failing)
    if of_packs:
        text += f", {many(of_packs, 'pack finding')}"
    if not complete:
        text += ", partial run"
    unconfined = any(pack.unconfined for pack in packs)
    if unconfined:
        text += ", sandbox not enforced"
    if status:
        return text, "red"
    warned = any(pack.levels["warning"] for pack in packs)
    return text, "yellow" if warned or unconfined or not complete else "brightgreen"


def render_json(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    """For the endpoint of shields.io."""
    text, colour = message(facts)
    badge = {"schemaVersion": 1, "label": LABEL, "message": text, "color": colour}
    yield json.dumps({**badge, "isError": colour == "red"}) + "\n"


def render_svg(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    text, colour = message(facts)
    left, right = (round(len(part) * WIDE) + 2 * SIDE for part in (LABEL, text))
    told = xml(f"{LABEL}: {text}")
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="20" role="img"'
        f' aria-label="{told}"><title>{told}</title>'
        f'<clipPath id="r"><rect width="{left + right}" height="20" rx="4"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left}" height="20" fill="#3c4043"/>'
        f'<rect x="{left}" width="{right}" height="20" fill="{COLOURS[colour]}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"'
        ' text-anchor="middle">'
        f'<text x="{left / 2:g}" y="14">{xml(LABEL)}</text>'
        f'<text x="{left + right / 2:g}" y="14">{xml(text)}</text></g></svg>\n'
    )
