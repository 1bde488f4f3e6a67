"""``results.jsonl``: a line per judgement, for tools that read as they go.

Each line is an entry of ``results`` in report.json with the pack's label before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator

from studio_conformance.events import Event
from studio_conformance.reports.facts import Facts
from studio_conformance.reports.json_report import result_of


def render(events: Iterable[Event], facts: Facts) -> Iterator[str]:
    for event in events:
        if event["event"] == "result":
            row = {"pack": event["pack"], **result_of(event, facts.checks[event["code"]])}
            yield json.dumps(row) + "\n"
