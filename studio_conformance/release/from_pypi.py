"""An earlier release from a package index: fetched and unpacked, never built or installed."""

from __future__ import annotations

import re
import tempfile
from contextlib import ExitStack
from pathlib import Path

from packaging.version import Version

from studio_conformance.packs import Target
from studio_conformance.release.baseline import BadBaseline, Earlier
from studio_conformance.release.from_report import plain
from studio_conformance.release.index import Offered, fetch, offered
from studio_conformance.release.unpack import unpack
from studio_conformance.release.versions import highest_below, parsed

DEPTH = 3
"""How deep below an archive's root a pack may lie: ``NAME-VERSION/src/NAME``."""


def earlier_on_index(asked: str, pack: Target) -> Earlier:
    """``NAME==VERSION``, or of ``NAME`` (default: the pack's own) the highest below the pack's."""
    found = re.fullmatch(r"([A-Za-z0-9][\w.-]*)?(?:==([^=]+))?", asked.strip())
    if found is None:
        raise BadBaseline(f"pypi:{asked}: write pypi:NAME or pypi:NAME==VERSION")
    name = found[1] or pack.name
    wanted = parsed(found[2])
    if found[2] and wanted is None:
        raise BadBaseline(f"pypi:{asked}: {found[2]!r} is no version")
    files = offered(name)
    version = wanted or _latest(files, pack)
    if not files and plain(name) != plain(pack.name):
        raise BadBaseline(
            f"pypi:{name}: the package index has no {name} (the pack itself is called {pack.name})"
        )
    if version is None:
        below = f" below {pack.version}" if pack.version else ""
        return Earlier(f"pypi:{name}", missing=f"the package index has no {name}{below}")
    return _fetched(name, version, files, pack)


def _latest(files: list[Offered], pack: Target) -> Version | None:
    return highest_below([f.version for f in files if not f.yanked], parsed(pack.version))


def _fetched(name: str, version: Version, files: list[Offered], pack: Target) -> Earlier:
    best = min((f for f in files if f.version == version), key=lambda f: f.rank, default=None)
    if best is None:
        raise BadBaseline(f"pypi:{name}=={version}: the package index has no such version")
    with ExitStack() as ending:
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="studio-baseline-"))
        root = Path(folder).resolve() / "files"
        unpack(fetch(best, Path(folder)), root)
        place = _named_alike(_pack_in(root, name, pack, best.name), pack)
        source = f"pypi:{name}=={version}"
        return Earlier(source, name, str(version), path=place, ending=ending.pop_all())


def _pack_in(root: Path, name: str, pack: Target, archive: str) -> Path:
    """The folder or file among those unpacked that is the pack."""
    candidates = sorted(_candidates(root, DEPTH), key=lambda path: len(path.parts))
    wanted = {plain(pack.path.stem), plain(name)}
    alike = [path for path in candidates if plain(path.stem) in wanted]
    if alike or len(candidates) == 1:
        return (alike or candidates)[0]
    if candidates and candidates[0].parent == root:
        tops = [path for path in candidates if path.parent == root]
        if len(tops) == 1:
            return tops[0]
    listed = ", ".join(str(path.relative_to(root)) for path in candidates[:5]) or "none"
    raise BadBaseline(f"{archive}: which folder is the pack? (with __init__.py: {listed})")


def _candidates(folder: Path, depth: int) -> list[Path]:
    """Folders with an ``__init__.py``, not below another one."""
    found = []
    for path in sorted(folder.iterdir()) if folder.is_dir() else ():
        if path.is_dir() and (path / "__init__.py").is_file():
            found.append(path)
        elif path.is_dir() and depth > 1:
            found += _candidates(path, depth - 1)
        elif path.suffix == ".py" and path.name not in ("setup.py", "conftest.py"):
            found.append(path)
    return found


def _named_alike(place: Path, pack: Target) -> Path:
    """The place under the name by which the host knows the pack: an archive adds its version."""
    if place.name == pack.path.name or place.is_file() or pack.path.is_file():
        return place
    target = place.with_name(pack.path.name)
    return place if target.exists() else place.rename(target)
