from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from descriptions import make_folder

from studio_conformance.packs import UnusablePack, find_pack


def _refusal(argument: str, cwd: Path) -> str:
    with pytest.raises(UnusablePack) as caught:
        find_pack(argument, cwd)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_a_folder_is_found_from_the_working_directory(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    target = find_pack("mypack", tmp_path)
    assert (target.path, target.name, target.version) == (folder, "mypack", None)


def test_the_packs_own_pyproject_names_it(tmp_path: Path) -> None:
    make_folder(tmp_path, pyproject='[project]\nname = "My-Pack"\nversion = "1.2"\n')
    target = find_pack("./mypack", tmp_path)
    assert (target.name, target.version) == ("My-Pack", "1.2")


def test_poetry_names_it_too(tmp_path: Path) -> None:
    make_folder(tmp_path, pyproject='[tool.poetry]\nname = "math"\nversion = "3"\n')
    assert find_pack("mypack", tmp_path).name == "math"


def test_a_single_file_keeps_its_own_name(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "many"\n')
    (tmp_path / "nodes_blur.py").write_text("")
    assert find_pack("nodes_blur.py", tmp_path).name == "nodes_blur"


def test_what_is_no_pack_is_named(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("")
    make_folder(tmp_path / "custom_nodes", "inner")
    assert "the folder is empty" in _refusal("empty", tmp_path)
    assert "neither a folder nor a .py file" in _refusal("notes.txt", tmp_path)
    assert "packs inside it: inner" in _refusal("custom_nodes", tmp_path)


def test_what_the_system_refuses_is_told_in_its_words(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    (tmp_path / "loop").symlink_to("loop")
    assert "neither a folder nor a .py file" in _refusal("pipe.py", tmp_path)
    assert "neither a folder nor a .py file" in _refusal(os.devnull, tmp_path)
    assert "no pack 'loop'" in _refusal("loop", tmp_path)
    assert "File name too long" in _refusal("a" * 5000, tmp_path)
    assert "no pack '~nobody-here/x'" in _refusal("~nobody-here/x", tmp_path)


def test_a_near_miss_is_suggested(tmp_path: Path) -> None:
    make_folder(tmp_path, "tone_tools")
    assert "did you mean 'tone_tool" in _refusal("tone_toools", tmp_path)
    assert "no such file or folder" in _refusal("./nowhere/x.py", tmp_path)


def test_a_module_is_found_and_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outer = make_folder(tmp_path / "site", "outer_pack_x")
    inner = make_folder(outer, "inner")
    for folder in (outer, inner):
        (folder / "__init__.py").write_text("raise SystemExit('a pack was imported')")
    (outer / "one.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert find_pack("outer_pack_x", tmp_path).path == outer
    assert find_pack("outer_pack_x.inner", tmp_path).path == inner
    assert find_pack("outer_pack_x.one", tmp_path).path == outer / "one.py"
    assert "outer_pack_x" not in sys.modules


@pytest.mark.parametrize("name", ["sys", "math", "outer_pack_x.absent"])
def test_modules_without_python_source_are_no_packs(name: str, tmp_path: Path) -> None:
    assert f"no pack {name!r}" in _refusal(name, tmp_path)


def _install(site: Path, name: str, files: str, **extra: str) -> None:
    info = site / f"{name.replace('-', '_')}-2.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 2.0\n")
    (info / "RECORD").write_text("".join(f"{file},,\n" for file in files.split()))
    for file, text in extra.items():
        (info / file.replace("__", ".")).write_text(text)


def test_a_distribution_is_found_by_its_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    folder = make_folder(site, "blur_pack_x")
    _install(site, "comfy-blur-x", "blur_pack_x/__init__.py blur_pack_x/nodes.py")
    monkeypatch.syspath_prepend(site)
    target = find_pack("comfy-blur-x", tmp_path)
    assert (target.path, target.name, target.version) == (folder, "comfy-blur-x", "2.0")


def test_a_distribution_with_two_packages_must_be_narrowed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    make_folder(site, "one_pack_x")
    make_folder(site, "two_pack_x")
    _install(site, "both-x", "one_pack_x/__init__.py two_pack_x/__init__.py")
    monkeypatch.syspath_prepend(site)
    assert "one_pack_x, two_pack_x" in _refusal("both-x", tmp_path)


def test_an_editable_distribution_is_its_project_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_folder(tmp_path / "work", "some-pack")
    _install(
        tmp_path / "site", "some-pack-x", "", direct_url__json=f'{{"url": "{folder.as_uri()}"}}'
    )
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert find_pack("some-pack-x", tmp_path).path == folder
