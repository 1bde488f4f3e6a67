"""The options of the plugin, as pytest's parser takes them."""

from __future__ import annotations

from typing import Any

OPTIONS: dict[str, dict[str, Any]] = {
    "--studio-pack": {
        "action": "append",
        "default": [],
        "metavar": "PACK",
        "help": "judge this node pack: a path, an importable module or an installed distribution "
        "(repeatable); alone on the command line it runs only the conformance items",
    },
    "--studio-api": {
        "metavar": "LEVEL",
        "help": "API level to judge by",
    },
    "--studio-mode": {
        "metavar": "MODE",
        "help": "faithful: the host's silent bugs happen (default); strict: the documentation "
        "holds",
    },
    "--studio-select": {
        "action": "append",
        "default": [],
        "metavar": "CODES",
        "help": "judge by these checks only: codes, slugs or families, comma-separated "
        "(repeatable)",
    },
    "--studio-ignore": {
        "action": "append",
        "default": [],
        "metavar": "CODES",
        "help": "leave these checks out: codes, slugs or families, comma-separated (repeatable)",
    },
    "--studio-level": {
        "metavar": "LEVEL",
        "help": "lowest level of a finding that fails the run: error (default) or warning",
    },
    "--studio-report": {
        "metavar": "DIR",
        "help": "write the event log and all reports to this folder: events.jsonl, report.html, "
        "report.json (several packs: NAME/report.json), results.jsonl, junit.xml, report.sarif, "
        "summary.md, badge.svg, badge.json",
    },
    "--studio-timeout": {
        "metavar": "SECONDS",
        "help": "how long the worker of a pack may take for one request (default: 60)",
    },
    "--studio-isolation": {
        "metavar": "KIND",
        "help": "process: the pack's worker runs with this Python (default); venv: in an "
        "environment "
        "of its own, built with uv from what the pack says it needs; none: in pytest's own "
        "process, UNCONFINED, for a debugger",
    },
    "--studio-sandbox": {
        "metavar": "MODE",
        "help": "enforce: refuse to run a pack that the kernel can't confine (default); wrap: with "
        "namespaces around it too, by bubblewrap; observe: run it all the same, say so, and refuse "
        "only what its Python code does outside its folders",
    },
    "--studio-allow-read": {
        "action": "append",
        "default": [],
        "metavar": "PATH",
        "help": "let the pack read this file or folder too (repeatable)",
    },
    "--studio-max-examples": {
        "metavar": "N",
        "help": "about how many inputs each node is run on: the systematic ones always, random "
        "ones "
        "up to N, and at least a quarter of N (default: 0, no random ones)",
    },
    "--studio-budget": {
        "metavar": "SECONDS",
        "help": "how long running nodes may take, all together (default: 90)",
    },
    "--studio-calls": {
        "metavar": "N",
        "help": "how often each node is called to see what it holds on to (family RPC; default: "
        "20)",
    },
    "--studio-fakes": {
        "action": "store_true",
        "help": "give small stand-ins for models, so that nodes which need one are run too",
    },
    "--studio-baseline": {
        "metavar": "BASELINE",
        "help": "judge what changed since an earlier release (family RELEASE): its report.json or "
        "events.jsonl, another checkout, git:REF (git: finds the tag), or pypi:NAME[==VERSION]",
    },
    "--studio-replay": {
        "metavar": "ID",
        "help": "run again the input of the finding with this id, as the last run kept it",
    },
    "--studio-certify": {
        "nargs": "?",
        "const": "",
        "metavar": "FILE",
        "help": "judge the whole pack without waivers and other excuses, and write a "
        "certificate of "
        "a green run (default: studio-certificate.json, in the folder of --studio-report or here)",
    },
    "--studio-known": {
        "metavar": "FILE",
        "help": "findings that this file lists don't fail the run; new ones do",
    },
    "--studio-known-update": {
        "action": "store_true",
        "help": "write to that file what the run finds, and drop what is gone; what is new still "
        "fails this run",
    },
}
