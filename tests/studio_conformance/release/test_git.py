"""Earlier releases out of a repository, of which nothing runs and nothing is changed."""

from __future__ import annotations

import io
import tempfile
from pathlib import Path, PurePosixPath

import pytest
from repositories import GLUE, TEXT, commit, git, write_release

from studio_conformance.packs import find_pack
from studio_conformance.release import git as module
from studio_conformance.release.baseline import BadBaseline, Earlier, find_earlier
from studio_conformance.release.git import Repository, _content, _said, _write


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack at 1.1.0 with tags before and after, in a folder of a repository."""
    root = tmp_path / "project"
    folder = root / "mypack"
    for version in ("0.9.0", "1.0.0", "1.2.0"):
        write_release(folder, version)
        commit(root, f"v{version}")
    write_release(folder, "1.1.0", TEXT + GLUE)
    commit(root, "nightly")
    return folder


def earlier(pack: Path, argument: str) -> Earlier:
    return find_earlier(argument, find_pack(str(pack), pack), pack)


@pytest.mark.parametrize("argument", ["git:", "git:latest", "git:v1.0.0"])
def test_the_pack_as_it_was_in_a_folder_of_its_name(pack: Path, argument: str) -> None:
    found = earlier(pack, argument)
    try:
        assert (found.name, found.version) == ("my-texts", "1.0.0")
        assert found.source.startswith("git:v1.0.0 (")
        assert found.path is not None
        assert found.path.name == "mypack"
        assert '"times"' in (found.path / "__init__.py").read_text()
    finally:
        found.close()
    assert not found.path.exists()


def test_no_tag_below_is_no_earlier_release(pack: Path) -> None:
    write_release(pack, "0.9.0")
    found = earlier(pack, "git:")
    assert found.path is None
    assert "names a version below 0.9.0" in found.missing


def test_a_version_that_is_tagged_already_is_told(pack: Path) -> None:
    """The rule takes the release below, which hides what changed since the tag."""

    def note() -> str:
        found = earlier(pack, "git:")
        found.close()
        return found.note

    assert note() == ""
    git(pack.parent, "tag", "v1.1.0")
    assert note() == "", "this is the release itself"
    write_release(pack, "1.1.0")
    commit(pack.parent, "later")
    assert note().startswith("v1.1.0 is there already")


def test_a_shallow_clone_without_tags_does_not_pass_for_a_first_release(
    pack: Path, tmp_path: Path
) -> None:
    origin, clone = f"file://{pack.parent}", tmp_path / "clone"
    git(tmp_path, "clone", "-q", "--depth=1", "--no-tags", origin, str(clone))
    with pytest.raises(BadBaseline, match="shallow clone, which lacks tags"):
        earlier(clone / "mypack", "git:")
    git(clone, "fetch", "-q", "--unshallow", "--tags")
    earlier(clone / "mypack", "git:").close()


def test_a_tag_of_another_pack_in_the_repository_is_passed_over(pack: Path) -> None:
    git(pack.parent, "tag", "other-1.0.9", "v0.9.0")
    found = earlier(pack, "git:")
    found.close()
    assert found.source.startswith("git:v1.0.0 (")


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("git:v1.2.0", "is version 1.2.0, which is not below the pack's own 1.1.0"),
        ("git:nowhere", "no such commit, tag or branch"),
        ("git:--output=x", "no name of a commit"),
    ],
)
def test_what_can_be_no_baseline(pack: Path, argument: str, said: str) -> None:
    with pytest.raises(BadBaseline, match=said):
        earlier(pack, argument)


def test_the_packs_own_version_is_no_earlier_one(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing of what was fetched stays."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    write_release(pack, "1.2.0")
    with pytest.raises(BadBaseline, match=r"not below the pack's own 1\.2\.0") as caught:
        earlier(pack, "git:v1.2.0")
    assert list((tmp_path / "temporary").iterdir()) == [], caught


def test_a_tag_may_have_the_name_of_the_packs_folder(pack: Path) -> None:
    git(pack.parent, "tag", "mypack-1.0.5", "v1.0.0")
    git(pack.parent, "tag", "other-1.0.9", "v1.0.0")
    found = earlier(pack, "git:")
    found.close()
    assert found.source.startswith("git:mypack-1.0.5 (")


def test_what_git_says_is_told_with_its_advice() -> None:
    told = "fatal: detected dubious ownership in repository at '/x'\nTo add an exception:\n\n"
    advice = "git config --global --add safe.directory /x"
    said = "fatal: detected dubious ownership in repository at '/x'"
    assert _said(f"{told}\t{advice}\n".encode()) == f"{said} ({advice})"
    assert _said(b"warning: x\nfatal: y\n") == "fatal: y"
    assert _said(b"") == "it said nothing"


def test_a_folder_without_a_repository(tmp_path: Path) -> None:
    with pytest.raises(BadBaseline, match="git"):
        earlier(write_release(tmp_path / "mypack", "1.0.0"), "git:")


def test_a_commit_from_before_the_pack(pack: Path) -> None:
    root = pack.parent
    git(root, "rm", "-rq", "--cached", "mypack")
    git(root, "commit", "-qm", "without it")
    git(root, "tag", "v1.0.5")
    with pytest.raises(BadBaseline, match="there is no mypack at that commit"):
        earlier(pack, "git:v1.0.5")


def test_filters_hooks_links_and_the_work_tree_play_no_part(pack: Path, tmp_path: Path) -> None:
    root, trace = pack.parent, tmp_path / "trace"
    (root / ".gitattributes").write_text("*.py filter=evil export-ignore\n")
    (pack / "link.py").symlink_to("/etc/passwd")
    write_release(pack, "1.0.7")
    commit(root, "v1.0.7")
    git(root, "config", "filter.evil.smudge", f"touch {trace}")
    git(root, "config", "core.fsmonitor", f"touch {trace}")
    write_release(pack, "1.1.0", GLUE)
    before = git(root, "-c", "core.fsmonitor=false", "rev-parse", "HEAD")
    found = earlier(pack, "git:v1.0.7")
    try:
        assert found.path is not None
        assert {p.name for p in found.path.iterdir()} == {"__init__.py", "pyproject.toml"}
    finally:
        found.close()
    assert not trace.exists()
    assert git(root, "-c", "core.fsmonitor=false", "rev-parse", "HEAD") == before
    assert '"glue"' in (pack / "__init__.py").read_text()
    assert "worktree" not in (root / ".git" / "config").read_text()


def test_variables_that_point_git_elsewhere_are_left_out(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    found = earlier(pack, "git:v1.0.0")
    found.close()
    assert (found.name, found.version) == ("my-texts", "1.0.0")


def test_a_name_that_git_takes_for_a_pattern(pack: Path) -> None:
    odd = write_release(pack.parent / ":(top)pack", "1.0.0")
    commit(pack.parent, "odd")
    folder = pack.parent.parent / "out"
    repository = Repository(pack.parent)
    assert repository.export("HEAD", repository.prefix(odd), folder) == 2
    assert (folder / "__init__.py").is_file()


def test_too_many_files_and_files_too_large(
    pack: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository, where = Repository(pack), PurePosixPath("mypack")
    monkeypatch.setattr(module, "LARGEST_FILE", len((pack / "pyproject.toml").read_bytes()))
    assert repository.export("HEAD", where, tmp_path / "out") == 1
    assert [file.name for file in (tmp_path / "out").iterdir()] == ["pyproject.toml"]
    monkeypatch.setattr(module, "MOST_FILES", 0)
    with pytest.raises(BadBaseline, match="1 files at HEAD; at most 0"):
        repository.export("HEAD", where, tmp_path / "out")


def test_an_object_that_is_missing_is_told() -> None:
    with pytest.raises(BadBaseline, match="an object is missing"):
        _content(io.BytesIO(b"0123abcd missing\n"))


@pytest.mark.parametrize("name", ["../out.py", "sub/../../out.py", "/tmp/out.py"])
def test_a_file_outside_of_its_folder_is_not_written(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadBaseline, match="holds a file named"):
        _write(tmp_path / "folder", PurePosixPath(name), b"")
    assert list(tmp_path.iterdir()) == []


def test_a_single_file(tmp_path: Path) -> None:
    file = write_release(tmp_path / "some", None) / "__init__.py"
    single = tmp_path / "some" / "mypack.py"
    file.rename(single)
    commit(single.parent, "v1.0.0")
    found = earlier(single, "git:v1.0.0")
    try:
        assert found.path is not None
        assert found.path.read_text() == single.read_text()
        assert found.version == "1.0.0"
    finally:
        found.close()
