"""``studio-conformance describe``: what the host's /object_info would hold for a pack."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from reference_runtime.levels import UnknownLevel
from studio_conformance import outcomes
from studio_conformance.cli_errors import CommandFailed
from studio_conformance.config import BadSettings, BrokenToml
from studio_conformance.options import WrongUsage, overrides
from studio_conformance.pack_run import PackRun
from studio_conformance.packs import UnusablePack
from studio_conformance.reports.lines import shown
from studio_conformance.session import open_pack
from studio_conformance.subject import Node, Pack


def add_commands(commands: Any) -> None:
    parser = commands.add_parser("describe", help="print a pack's nodes as the host reports them")
    parser.add_argument("pack", metavar="PACK", help="path, module or distribution")
    parser.add_argument("--api", metavar="LEVEL", help="API level (default: as the pack says)")
    parser.add_argument("--mode", metavar="MODE", help="faithful (default) or strict")
    parser.add_argument("--timeout", metavar="SECONDS", help="time for one request (default: 60)")
    parser.add_argument(
        "--format",
        choices=("object-info", "v3"),
        default="object-info",
        help="object-info: the entries of /object_info; v3: the v3 form, of v3 nodes only",
    )
    parser.set_defaults(run=describe)


def describe(arguments: argparse.Namespace, cwd: Path) -> int:
    """Print one JSON object, by node key, in the order in which the host registers the nodes.

    The status tells whether it is whole: FINDINGS when a node of the pack is missing from it.
    """
    run = _open(arguments, cwd)
    run.load()
    if run.subject is None:
        reason = (run.broken or "").partition("\n")[0]
        raise CommandFailed(f"{run.target.path}: {reason}", outcomes.ENVIRONMENT_BROKE)
    field = "info" if arguments.format == "object-info" else "v3_info"
    print(json.dumps(entries(run.subject, field), indent=2))
    return _complain(run.subject)


def _open(arguments: argparse.Namespace, cwd: Path) -> PackRun:
    try:
        given = overrides(api=arguments.api, mode=arguments.mode, timeout=arguments.timeout)
        return open_pack(arguments.pack, given, cwd)
    except (WrongUsage, UnusablePack, BadSettings, BrokenToml, UnknownLevel) as error:
        raise CommandFailed(str(error).replace("--studio-", "--")) from None


def entries(pack: Pack, field: str) -> dict[str, Any]:
    """The entries of the registered nodes; of nodes with one key the host keeps the last."""
    infos = {node.key: node.facts[field] for node in pack.nodes if node.facts["registered"]}  # type: ignore[literal-required]
    return {key: info for key, info in infos.items() if info is not None}


def _complain(pack: Pack) -> int:
    for problem in pack.description["problems"]:
        _say(f"{problem['kind']}: {problem['message']}")
    for node in pack.nodes:
        for text in _defects(node):
            _say(f"{node.key}: {text}")
    if pack.problems("dependency-missing") and not pack.nodes:
        return outcomes.ENVIRONMENT_BROKE
    if not pack.nodes:
        return outcomes.FINDINGS if pack.description["problems"] else outcomes.NOTHING_TESTED
    missing = any(not node.facts["registered"] or node.facts["info"] is None for node in pack.nodes)
    return outcomes.FINDINGS if missing else outcomes.CLEAN


def _defects(node: Node) -> list[str]:
    """Why the host would not send this node's entry as it stands here."""
    facts = node.facts
    failures = [f for f in (facts["failure"], facts["info_failure"]) if f is not None]
    texts = [f"{failure['type']}: {failure['message']}" for failure in failures]
    for defect in facts["info_defects"]:
        path = ".".join(map(str, defect["path"]))
        texts.append(f"{path} is no JSON value ({defect['type']}: {defect['repr']})")
    return texts


def _say(text: str) -> None:
    print(f"studio-conformance: {shown(text)}", file=sys.stderr)
