"""How the checks of ENV judge what packs ask for; uv solves with wheels made on the spot."""

from __future__ import annotations

from pathlib import Path

import pytest
from descriptions import a_pack
from judging import write_pack
from wheels import make_wheel, only_wheels_of

from reference_runtime.environments import resolving, uv
from reference_runtime.environments.errors import MachineLacks
from studio_conformance.checks import (
    EnvironmentLacks,
    NotApplicable,
    NotReached,
    Violation,
    all_checks,
)
from studio_conformance.subject import Pack


@pytest.fixture(autouse=True)
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """uv sees tool 1 and 2, and dish, which needs tool below 2."""
    try:
        uv.find_uv()
    except MachineLacks as error:
        pytest.skip(str(error))
    folder = tmp_path / "wheels"
    only_wheels_of(monkeypatch, folder)
    make_wheel(folder, "tool", "1.0")
    make_wheel(folder, "tool", "2.0")
    make_wheel(folder, "dish", "1.0", ["tool<2"])
    return folder


def asking_for(root: Path, *lines: str) -> Path:
    folder = write_pack(root)
    (folder / "requirements.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def judge(code: str, path: Path, *beside: Path) -> list[Violation]:
    pack = Pack(path, a_pack())
    pack.beside = beside
    return all_checks()[code].judge(pack)


class TestReadable:
    def test_every_bad_line_is_a_finding_of_its_own(self, tmp_path: Path) -> None:
        path = asking_for(tmp_path, "tool", "a b", "c d")
        assert [v.where.line for v in judge("ENV-001", path)] == [2, 3]

    def test_the_other_checks_have_nothing_to_judge_then(self, tmp_path: Path) -> None:
        path = asking_for(tmp_path, "a b")
        for code in ("ENV-002", "ENV-003", "ENV-004", "ENV-005", "ENV-006"):
            with pytest.raises(NotApplicable, match="ENV-001"):
                judge(code, path)

    def test_without_any_file_nothing_is_judged(self, tmp_path: Path) -> None:
        for code in ("ENV-001", "ENV-003"):
            with pytest.raises(NotApplicable):
                judge(code, write_pack(tmp_path))


def test_folders_and_editable_installs_are_told(tmp_path: Path) -> None:
    path = asking_for(tmp_path, "-e .", "tool @ https://example.org/tool-1-py3-none-any.whl")
    one, two = judge("ENV-002", path)
    assert "'-e .' is an editable install" in one.message
    assert two.input == "tool"


class TestAgree:
    def test_a_conflict_among_dependencies_has_the_solvers_reason(self, tmp_path: Path) -> None:
        path = asking_for(tmp_path, "# kitchen", "dish", "tool>=2")
        (violation,) = judge("ENV-003", path)
        assert "dish depend on tool<2" in violation.message
        assert (violation.input, violation.where.line) == ("dish", 2)

    def test_what_goes_together_is_no_finding(self, tmp_path: Path) -> None:
        assert judge("ENV-003", asking_for(tmp_path, "dish", "tool<2")) == []

    def test_a_package_that_nobody_has_is_one(self, tmp_path: Path) -> None:
        (violation,) = judge("ENV-003", asking_for(tmp_path, "toool"))
        assert "toool was not found" in violation.message

    def test_constraints_count(self, tmp_path: Path) -> None:
        path = asking_for(tmp_path, "dish", "-c limits.txt")
        (path / "limits.txt").write_text("tool>=2\n")
        assert len(judge("ENV-003", path)) == 1

    def test_requirements_of_other_platforms_do_not_count(self, tmp_path: Path) -> None:
        lines = ["tool<2", "tool>=2; sys_platform == 'nowhere'"]
        assert judge("ENV-003", asking_for(tmp_path, *lines)) == []

    def test_torch_is_never_looked_for(self, tmp_path: Path) -> None:
        assert judge("ENV-003", asking_for(tmp_path, "torch>=2", "tool")) == []

    def test_what_is_installed_needs_no_uv(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resolving, "find_uv", no_uv)
        for code in ("ENV-003", "ENV-004"):
            assert judge(code, asking_for(tmp_path, "pytest>=9", "packaging")) == []

    def test_without_uv_it_is_the_environments_fault(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(resolving, "find_uv", no_uv)
        with pytest.raises(EnvironmentLacks, match="uv is not installed; pip install uv"):
            judge("ENV-003", asking_for(tmp_path, "tool>=1.5"))

    def test_without_an_index_it_is_the_environments_fault(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
        with pytest.raises(EnvironmentLacks, match="could not reach"):
            judge("ENV-003", asking_for(tmp_path, "absent"))

    def test_sources_alone_leave_it_open(self, tmp_path: Path, wheels: Path) -> None:
        (wheels / "source-1.0.tar.gz").write_bytes(b"")
        with pytest.raises(NotReached, match="source"):
            judge("ENV-003", asking_for(tmp_path, "source"))

    def test_a_python_that_is_not_here_is_the_environments_fault(self, tmp_path: Path) -> None:
        path = asking_for(tmp_path, "tool")
        (path / "pyisolate.yaml").write_text("python: '3.99'\n")
        with pytest.raises(EnvironmentLacks, match=r"pyisolate.yaml:1: the pack asks for Python"):
            judge("ENV-003", path)


def no_uv() -> uv.Uv:
    raise MachineLacks("uv is not installed; pip install uv brings it")


class TestHost:
    @pytest.fixture(autouse=True)
    def host(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(resolving, "HOST_SET", ("tool",))
        versions = {"tool": "2.0", "torch": "2.4.0+cpu"}
        monkeypatch.setattr(resolving, "_version", versions.get)

    def test_a_dependency_that_pulls_the_hosts_package_down(self, tmp_path: Path) -> None:
        (violation,) = judge("ENV-004", asking_for(tmp_path, "dish"))
        assert "packages of the host would have to change" in violation.message
        assert "tool==2.0" in violation.message
        assert violation.input == "dish"

    def test_what_leaves_it_alone(self, tmp_path: Path, wheels: Path) -> None:
        make_wheel(wheels, "bowl", "1.0", ["tool"])
        assert judge("ENV-004", asking_for(tmp_path, "bowl", "tool>=1")) == []

    def test_what_disagrees_by_itself_is_told_elsewhere(self, tmp_path: Path) -> None:
        with pytest.raises(NotApplicable, match="ENV-003"):
            judge("ENV-004", asking_for(tmp_path, "dish", "tool>=2"))

    @pytest.mark.parametrize(
        ("line", "number"), [("torch>=2.4", 0), ("torch==2.4.0", 0), ("torch<2.4", 1)]
    )
    def test_torch_is_compared_by_version(self, tmp_path: Path, line: str, number: int) -> None:
        assert len(judge("ENV-004", asking_for(tmp_path, line))) == number


@pytest.mark.parametrize(
    ("line", "number"),
    [("torch", 0), ("torch>=2.1", 0), ("torch!=2.3", 0), ("torch==2.1", 1), ("torchvision~=0.1", 1),
     ("torchaudio<3", 1), ("torch @ https://example.org/torch.whl", 1), ("torchmetrics==1.0", 0)],
)  # fmt: skip
def test_limits_to_torch(tmp_path: Path, line: str, number: int) -> None:
    assert len(judge("ENV-005", asking_for(tmp_path, line))) == number


def test_a_pack_with_a_torch_of_its_own_may_limit_it(tmp_path: Path) -> None:
    path = asking_for(tmp_path, "torch==2.1")
    (path / "pyisolate.yaml").write_text("share_torch: false\n")
    assert judge("ENV-005", path) == []


class TestPacks:
    def other(self, root: Path, name: str, *lines: str) -> Path:
        return asking_for(root / name, *lines).rename(root / name / name)

    @pytest.fixture(autouse=True)
    def folders(self, tmp_path: Path) -> None:
        for name in ("fits", "clashes", "broken"):
            (tmp_path / name).mkdir()

    def test_only_the_pack_that_clashes_is_named(self, tmp_path: Path) -> None:
        path = asking_for(tmp_path, "dish")
        fits = self.other(tmp_path, "fits", "tool<2")
        clashes = self.other(tmp_path, "clashes", "tool>=2")
        (violation,) = judge("ENV-006", path, fits, clashes)
        assert violation.message.startswith("it can't be installed beside clashes: Because")
        assert judge("ENV-006", path, fits) == []

    def test_a_pack_that_is_broken_by_itself_clashes_with_none(self, tmp_path: Path) -> None:
        path = asking_for(tmp_path, "tool")
        broken = self.other(tmp_path, "broken", "dish", "tool>=2")
        assert judge("ENV-006", path, broken) == []

    def test_alone_it_has_nothing_to_judge(self, tmp_path: Path) -> None:
        with pytest.raises(NotApplicable, match="no other pack"):
            judge("ENV-006", asking_for(tmp_path, "tool"))
