"""An earlier release out of the pack's own git repository."""

from __future__ import annotations

import tempfile
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from packaging.version import Version

from studio_conformance.packs import BrokenToml, Target, UnusablePack, check_is_pack, project_name
from studio_conformance.release.baseline import BadBaseline, Earlier
from studio_conformance.release.git import Repository
from studio_conformance.release.versions import highest_below, parsed, tags_of, version_in_tag

LATEST = ("", "latest")


def earlier_in_git(ref: str, pack: Target) -> Earlier:
    """The pack as it was at ``ref``, in a folder of its own.

    Without a ref (or ``latest``) the tag of the highest version below the pack's own.
    """
    repository = Repository(pack.path if pack.path.is_dir() else pack.path.parent)
    prefix = repository.prefix(pack.path)
    if ref in LATEST:
        tags = tags_of(repository.tags(), (pack.name, pack.path.stem))
        best = highest_below(tags, parsed(pack.version))
        note = _note(repository, tags, pack)
        if best is None:
            return Earlier(f"git:{ref}", missing=_why_none(repository, pack), note=note)
        found = export_at(repository, tags[best], prefix, pack.path.name)
        found.note = note
        return found
    return export_at(repository, ref, prefix, pack.path.name)


def _note(repository: Repository, tags: dict[Version, str], pack: Target) -> str:
    """That the pack's version is released already, where its tag stands at another commit."""
    version = parsed(pack.version)
    tag = tags.get(version) if version is not None else None
    if tag is None or repository.commit(tag) == repository.commit("HEAD"):
        return ""
    return (
        f"{tag} is there already: what changed since it is held against the version only once that "
        f"is raised (git:{tag} shows it)"
    )


def _why_none(repository: Repository, pack: Target) -> str:
    """Raises BadBaseline for a shallow clone, which has no tags although there are some."""
    below = f" below {pack.version}" if pack.version else ""
    why = f"no tag of {repository.folder} names a version{below}"
    if repository.is_shallow():
        raise BadBaseline(
            f"git: {why}, but it is a shallow clone, which lacks tags: git fetch --unshallow "
            "--tags (on GitHub: fetch-depth: 0 for actions/checkout; on GitLab: GIT_DEPTH: 0)"
        )
    return why


def export_at(repository: Repository, ref: str, prefix: PurePosixPath, name: str) -> Earlier:
    """What stands at ``prefix`` in the commit, as a folder or file called ``name``."""
    commit = repository.commit(ref)
    with ExitStack() as ending:
        folder = ending.enter_context(tempfile.TemporaryDirectory(prefix="studio-baseline-"))
        place = Path(folder).resolve() / name
        if not repository.export(commit, prefix, place):
            raise BadBaseline(f"git:{ref}: there is no {prefix} at that commit")
        try:
            title, version = project_name(check_is_pack(place))
        except (UnusablePack, BrokenToml) as error:
            raise BadBaseline(f"git:{ref}: {str(error).replace(folder, '')}") from None
        version = version or str(version_in_tag(ref) or "") or None
        source = f"git:{ref} ({commit[:10]})" if not commit.startswith(ref) else f"git:{ref}"
        return Earlier(source, title, version, path=place, ending=ending.pop_all())
