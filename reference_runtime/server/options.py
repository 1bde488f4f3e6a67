"""Command-line options of the server: the host's names where the host has them."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from reference_runtime.levels import DEFAULT_LEVEL, LEVELS

CacheRule = Literal["classic", "none"] | int
LOOPBACK = "127.0.0.1"
EVERYWHERE = "0.0.0.0,::"


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The options. Raises SystemExit as argparse does."""
    parser = argparse.ArgumentParser(
        prog="python -m reference_runtime.server",
        description="Run node packs behind the host's HTTP and WebSocket API.",
    )
    _add_network(parser)
    _add_folders(parser)
    _add_engine(parser)
    options = parser.parse_args(arguments)
    options.max_upload_size = int(options.max_upload_size * 1024 * 1024)
    return options


def _add_network(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("network")
    group.add_argument(
        "--listen", metavar="IP[,IP]", nargs="?", default=LOOPBACK, const=EVERYWHERE,
        help="addresses to listen on; all without a value (default: this machine only)",
    )  # fmt: skip
    group.add_argument("--port", type=int, default=8188, help="default: %(default)s")
    group.add_argument(
        "--max-upload-size", type=float, default=100, metavar="MB", help="default: %(default)s"
    )


def _add_folders(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("folders")
    group.add_argument(
        "--base-directory", type=Path, metavar="D",
        help="holds input, output, models and custom_nodes (default: the current folder)",
    )  # fmt: skip
    for name in ("input", "output"):
        group.add_argument(f"--{name}-directory", type=Path, metavar="D")
    group.add_argument(
        "--temp-directory", type=Path, metavar="D",
        help="default: a new folder, removed in the end",
    )  # fmt: skip
    group.add_argument(
        "--extra-model-paths-config", type=Path, metavar="YAML", nargs="+", action="append",
        default=[], help="more folders of models and of packs",
    )  # fmt: skip
    group.add_argument(
        "--pack", type=Path, metavar="P", action="append", default=[], help="load this pack too"
    )


def _add_engine(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("engine")
    caches = group.add_mutually_exclusive_group()
    caches.add_argument(
        "--cache-classic", action="store_true", help="keep what the last prompt used (default)"
    )
    caches.add_argument("--cache-lru", type=int, default=0, metavar="N", help="keep N results")
    caches.add_argument("--cache-none", action="store_true", help="keep nothing between prompts")
    group.add_argument("--cpu", action="store_true", help="accepted: everything runs on the CPU")
    group.add_argument("--disable-metadata", action="store_true", help="save no prompt in files")
    group.add_argument(
        "--isolation", choices=("process", "venv", "none"), default="process",
        help="packs in processes of their own, these in environments of their own that uv builds, "
        "or in the server's process (default: %(default)s)",
    )  # fmt: skip
    group.add_argument("--level", choices=sorted(LEVELS), default=DEFAULT_LEVEL.name)
    group.add_argument("--mode", choices=("faithful", "strict"), default="faithful")


def cache_of(options: argparse.Namespace) -> CacheRule:
    """What the engine keeps: "classic", "none" or the number of results."""
    if options.cache_none:
        return "none"
    kept: int = options.cache_lru
    return kept if kept > 0 else "classic"
