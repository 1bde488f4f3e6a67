"""What a pack says it needs is read from every file that may say so, with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference_runtime.environments.requirements import (
    BadRequirements,
    Requirements,
    read_requirements,
)


def read(root: Path, **files: str) -> Requirements:
    names = {
        "requirements": "requirements.txt",
        "pyproject": "pyproject.toml",
        "pyisolate": "pyisolate.yaml",
        "manifest": "manifest.yaml",
        "more": "more.txt",
    }
    for key, text in files.items():
        (root / names[key]).write_text(text, encoding="utf-8")
    return read_requirements(root)


def said(found: Requirements) -> list[tuple[str, str, int | None]]:
    return [(r.text, Path(r.origin.file).name, r.origin.line) for r in found.wanted]


def test_every_file_counts_and_tells_its_line(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        requirements="# tools\n\nNumPy <2,>= 1.20  # old\nscipy; python_version < '4'\n",
        pyproject='[project]\nname = "six"\ndependencies = [\n  "pillow",\n  "six",\n]\n',
        pyisolate="isolated: true\ndependencies:\n  - einops>=0.6\n",
        manifest="name: x\ndependencies: [tqdm]\n",
    )
    assert said(found) == [
        ("pillow", "pyproject.toml", 4),
        ("six", "pyproject.toml", 5),
        ("NumPy<2,>=1.20", "requirements.txt", 3),
        ('scipy; python_version < "4"', "requirements.txt", 4),
        ("einops>=0.6", "pyisolate.yaml", 3),
        ("tqdm", "manifest.yaml", 2),
    ]
    assert [r.name for r in found.wanted][2] == "numpy"
    assert len(found.files) == 4


def test_a_pack_without_files_needs_nothing(tmp_path: Path) -> None:
    assert read_requirements(tmp_path) == Requirements()
    (tmp_path / "single.py").write_text("")
    assert read_requirements(tmp_path / "single.py") == Requirements()


@pytest.mark.parametrize(
    ("text", "python"),
    [
        ("python: '3.10'", "==3.10.*"),
        ("python: 3.12.1", "==3.12.1"),
        ("python: '>=3.10, <3.13'", "<3.13,>=3.10"),
    ],
)
def test_a_manifest_may_ask_for_a_python(tmp_path: Path, text: str, python: str) -> None:
    found = read(tmp_path, pyisolate=f"dependencies: []\n{text}\n")
    assert found.python == python
    assert found.python_origin is not None
    assert found.python_origin.line == 2


def test_all_that_asks_for_a_python_counts(tmp_path: Path) -> None:
    toml = '[project]\nrequires-python = ">=3.9"\n[tool.studio.isolation]\npython = "3.10"\n'
    assert read(tmp_path, pyproject=toml).python == "==3.10.*,>=3.9"


@pytest.mark.parametrize("brand", ["studio", "comfy"])
def test_torch_is_shared_unless_a_manifest_says_no(tmp_path: Path, brand: str) -> None:
    assert read(tmp_path, pyisolate="dependencies: []\n").share_torch
    toml = f"[tool.{brand}.isolation]\ncan_isolate = true\nshare_torch = false\n"
    assert not read(tmp_path, pyproject=toml).share_torch


def test_a_requirements_file_includes_others_and_constraints(tmp_path: Path) -> None:
    (tmp_path / "limits.txt").write_text("numpy<2\n")
    found = read(tmp_path, requirements="-r more.txt\n--constraint=limits.txt\n", more="six\n")
    assert said(found) == [("six", "more.txt", 1)]
    assert [c.text for c in found.constraints] == ["numpy<2"]


def test_lines_are_joined_and_options_of_a_line_left_out(tmp_path: Path) -> None:
    found = read(tmp_path, requirements="six==1.17.0 \\\n    --hash=sha256:00\ntqdm\n")
    assert said(found) == [("six==1.17.0", "requirements.txt", 1), ("tqdm", "requirements.txt", 3)]


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("git+https://example.org/a/tool.git", ""),
        ("git+https://example.org/a/tool.git#egg=Tool_Box", "tool-box"),
        ("tool @ git+https://example.org/a/tool.git@v1", "tool"),
        ("https://example.org/tool-1-py3-none-any.whl", ""),
    ],
)
def test_links_are_kept_as_links(tmp_path: Path, line: str, name: str) -> None:
    (found,) = read(tmp_path, requirements=line).wanted
    assert found.name == name
    assert found.link


@pytest.mark.parametrize("line", ["-e .", "--editable ./x", "./tool.whl", "/opt/tool", "file:///x"])
def test_what_lies_on_the_disk_is_refused(tmp_path: Path, line: str) -> None:
    found = read(tmp_path, requirements=f"six\n{line}\n")
    (remark,) = found.refused
    assert line in remark.message
    assert remark.origin.line == 2
    assert [r.name for r in found.wanted] == ["six"]


def test_other_indexes_are_options_and_those_on_the_disk_refused(tmp_path: Path) -> None:
    lines = "--extra-index-url https://example.org/simple\n-f ./wheels\n--pre\n"
    found = read(tmp_path, requirements=lines)
    assert [text for text, _ in found.options] == [
        "--extra-index-url=https://example.org/simple",
        "--prerelease=allow",
    ]
    assert "./wheels" in found.refused[0].message


def test_requirements_written_by_windows_are_read(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes("six\r\ntqdm\r\n".encode("utf-16"))
    assert [r.name for r in read_requirements(tmp_path).wanted] == ["six", "tqdm"]


@pytest.mark.parametrize(
    ("file", "text", "line", "message"),
    [
        ("requirements", "six\nnumpy=>1\n", 2, "'numpy=>1' is no requirement"),
        ("requirements", "--no-such-option\n", 1, "no installer knows"),
        ("requirements", "-r absent.txt\n", 1, "is not there"),
        ("requirements", "-r ../absent.txt\n", 1, "lies outside the pack"),
        ("requirements", "-r requirements.txt\n", 1, "more than 8 deep"),
        ("pyproject", '[project]\nname = "x\n', 2, "is no TOML"),
        ("pyproject", '[project]\ndependencies = "six"\n', 2, "must be a list"),
        ("pyproject", '[project]\ndependencies = ["six ten"]\n', 2, "is no requirement"),
        ("pyproject", '[project]\nrequires-python = "three"\n', 2, "no version of Python"),
        ("pyproject", "project = 3\n", 1, "must be a table"),
        ("pyisolate", "dependencies: [a\n", 2, "is no YAML"),
        ("pyisolate", "- six\n", 1, "must be a mapping"),
        ("pyisolate", "dependencies:\n  - 7\n", 2, "must be a text"),
        ("manifest", "share_torch: maybe\n", 1, "must be true or false"),
    ],
)
def test_one_clear_error_for_a_bad_file(
    tmp_path: Path, file: str, text: str, line: int, message: str
) -> None:
    with pytest.raises(BadRequirements, match=message) as caught:
        read(tmp_path, **{file: text})
    (problem,) = caught.value.problems
    assert problem.origin.line == line


def test_bytes_that_are_no_text_are_told_with_their_line(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_bytes(b"six\n\xff\xfe\xfa\n")
    with pytest.raises(BadRequirements, match=r"requirements.txt:2: is not UTF-8"):
        read_requirements(tmp_path)


def test_every_bad_line_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadRequirements) as caught:
        read(tmp_path, requirements="a b\nc d\n")
    assert [p.origin.line for p in caught.value.problems] == [1, 2]
