"""How the checks of LOAD judge descriptions; what workers really say is proved by the twins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from descriptions import a_failure, a_node, a_pack, a_problem
from judging import on_nodes, on_pack, write_pack

from reference_runtime.description import SideEffect
from studio_conformance.checks import EnvironmentLacks, NotApplicable

HERE = Path("/nowhere/mypack")


def missing(module: str, file: str = f"{HERE}/__init__.py") -> Any:
    trace = f'Traceback:\n  File "{file}", line 3, in <module>\n    import {module}\n'
    failure = a_failure(
        type="ModuleNotFoundError", file=file, line=3, missing_module=module, traceback=trace
    )
    return a_problem("dependency-missing", f"No module named {module!r}", failure=failure)


def effect(kind: Any, detail: str, **fields: Any) -> SideEffect:
    facts: SideEffect = {
        "kind": kind,
        "detail": detail,
        "refused": False,
        "file": None,
        "line": None,
    }
    return {**facts, **fields}  # type: ignore[typeddict-item]


class TestDependencyDeclared:
    def judge(self, path: Path, *problems: Any) -> list[Any]:
        return on_pack("LOAD-002", path, a_pack(problems=list(problems)))

    def test_undeclared_module_is_a_finding_at_the_import(self) -> None:
        (violation,) = self.judge(HERE, missing("einx"))
        assert violation.input == "einx"
        assert violation.where.line == 3

    @pytest.mark.parametrize(
        ("module", "requirement"),
        [
            ("einx", "einx>=0.3"),
            ("cv2", "opencv-python-headless"),
            ("PIL", "Pillow==10.*"),
            ("yaml", "PyYAML ; python_version > '3'"),
            ("segment_anything", "segment-anything"),
            ("sam2", "git+https://github.com/someone/sam2.git@main"),
        ],
    )
    def test_declared_module_is_the_environments_fault(
        self, tmp_path: Path, module: str, requirement: str
    ) -> None:
        (tmp_path / "requirements.txt").write_text(f"# needed\n{requirement}\n", encoding="utf-8")
        with pytest.raises(EnvironmentLacks, match=module) as caught:
            self.judge(tmp_path, missing(module))
        assert caught.value.where is not None
        assert caught.value.where.line == 3

    def test_pyproject_declares_too(self, tmp_path: Path) -> None:
        text = '[project]\nname = "x"\n[project.optional-dependencies]\nall = ["einx"]\n'
        (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
        with pytest.raises(EnvironmentLacks):
            self.judge(tmp_path, missing("einx"))

    def test_what_a_library_misses_is_the_environments_fault(self) -> None:
        with pytest.raises(EnvironmentLacks):
            self.judge(HERE, missing("triton", "/site-packages/einx/__init__.py"))

    def test_undeclared_is_told_even_when_another_is_declared(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text("einx\n", encoding="utf-8")
        found = self.judge(tmp_path, missing("einx"), missing("other", f"{tmp_path}/__init__.py"))
        assert [violation.input for violation in found] == ["other"]


class TestPrestartup:
    def test_failure_is_a_finding(self) -> None:
        problem = a_problem("prestartup-failed", failure=a_failure(file="/p/s.py", line=4))
        (violation,) = on_pack("LOAD-006", HERE, a_pack(problems=[problem]))
        assert violation.where.line == 4

    def test_declared_module_is_the_environments_fault(self, tmp_path: Path) -> None:
        (tmp_path / "requirements.txt").write_text("einx\n", encoding="utf-8")
        problem = a_problem("prestartup-failed", failure=missing("einx")["failure"])
        with pytest.raises(EnvironmentLacks):
            on_pack("LOAD-006", tmp_path, a_pack(problems=[problem]))


class TestSelfImport:
    def judge(self, tmp_path: Path, line: str, **files: str) -> list[Any]:
        path = write_pack(tmp_path, __init__=line, words="", **files)
        return on_pack("LOAD-027", path, a_pack())

    @pytest.mark.parametrize(
        "line",
        [
            "import mypack.words",
            "from mypack.words import hello",
            "from mypack import words",
            "def f():\n    from mypack import words",
            "from custom_nodes.mypack import words",
            "import custom_nodes.mypack.words",
        ],
    )
    def test_absolute(self, tmp_path: Path, line: str) -> None:
        assert len(self.judge(tmp_path, line)) == 1

    @pytest.mark.parametrize(
        "line",
        [
            "from . import words",
            "from .words import hello",
            "import mypack",  # a library that is called like the folder
            "from mypack import transform",
            "import custom_nodes.other",
        ],
    )
    def test_relative_or_another(self, tmp_path: Path, line: str) -> None:
        assert self.judge(tmp_path, line) == []


class TestProcesses:
    @pytest.mark.parametrize(
        "command",
        [
            "/usr/bin/python3 -m pip install einops",
            "['python', '-m', 'pip', 'install', '-r', 'requirements.txt']",
            "uv pip install numpy",
            "conda install -y ffmpeg",
        ],
    )
    def test_installer(self, command: str) -> None:
        pack = a_pack(side_effects=[effect("process", command)])
        assert len(on_pack("LOAD-028", HERE, pack)) == 1
        assert on_pack("LOAD-030", HERE, pack) == []

    @pytest.mark.parametrize("command", ["git rev-parse HEAD", "ffmpeg -version", "pip --version"])
    def test_other_program(self, command: str) -> None:
        pack = a_pack(side_effects=[effect("process", command)])
        assert on_pack("LOAD-028", HERE, pack) == []
        assert len(on_pack("LOAD-030", HERE, pack)) == 1


class TestEffects:
    def judge(self, code: str, *effects: SideEffect) -> list[Any]:
        return on_pack(code, HERE, a_pack(side_effects=list(effects)))

    def test_one_finding_for_each_line(self) -> None:
        file = f"{HERE}/a.py"
        at = [{"file": file, "line": 1}, {"file": file, "line": 1}, {"file": file, "line": 2}]
        paths = ["<host>/web (folder)", "<host>/web/js (folder)", f"{HERE}/x.json"]
        effects = [effect("write", path, **where) for path, where in zip(paths, at, strict=True)]
        first, second = self.judge("LOAD-032", *effects)
        assert first.message == "file written at import: <host>/web (folder) and 1 more"
        assert second.message == "file written at import: <pack>/x.json"
        assert (first.input, second.input) == ("<host>/web", "<pack>/x.json")

    @pytest.mark.parametrize(
        ("code", "kind", "detail", "subject"),
        [
            ("LOAD-036", "environment", "PATH=/a:/b", "PATH"),
            ("LOAD-036", "environment", "PATH removed", "PATH"),
            ("LOAD-035", "sys.path", f"added {HERE}/lib", "<pack>/lib"),
            ("LOAD-033", "delete", "<host>/a -> <host>/b", "<host>/a"),
            ("LOAD-038", "host-patched", "nodes.LoadImage", "nodes.LoadImage"),
            ("LOAD-040", "signal", "SIGINT", "SIGINT"),
            ("LOAD-031", "network", "connect to 1.2.3.4:80", "network"),
            ("LOAD-037", "grad-mode", "gradients are off", "grad-mode"),
        ],
    )
    def test_identity_holds_no_value(self, code: str, kind: str, detail: str, subject: str) -> None:
        (violation,) = self.judge(code, effect(kind, detail))
        assert violation.input == subject


class TestRoutes:
    def test_empty_mapping_is_a_finding(self) -> None:
        pack = a_pack(problems=[a_problem("mapping-empty")])
        assert len(on_pack("LOAD-018", HERE, pack)) == 1

    @pytest.mark.parametrize(
        "load", [{"web_directory": "/w"}, {"routes": [{}]}, {"entry_names": ["comfy_entrypoint"]}]
    )
    def test_empty_mapping_beside_something_else_is_none(self, load: dict[str, Any]) -> None:
        pack = a_pack(problems=[a_problem("mapping-empty")], load=load)
        with pytest.raises(NotApplicable):
            on_pack("LOAD-018", HERE, pack)

    @pytest.mark.parametrize("code", [f"LOAD-{number:03}" for number in range(8, 15)])
    def test_entry_checks_have_nothing_to_say_about_a_mapping(self, code: str) -> None:
        with pytest.raises(NotApplicable, match="NODE_CLASS_MAPPINGS"):
            on_pack(code, HERE, a_pack())

    def test_checks_beyond_the_import_are_not_applicable_after_a_failed_import(self) -> None:
        pack = a_pack(problems=[a_problem("import-failed")], load={"loaded": False})
        with pytest.raises(NotApplicable, match="did not import"):
            on_pack("LOAD-021", HERE, pack)

    def test_nearest_node_is_named_for_a_ghost(self) -> None:
        pack = a_pack(
            a_node("Blend Images"), problems=[a_problem("display-key", node="BlendImages")]
        )
        (violation,) = on_pack("LOAD-019", HERE, pack)
        assert "did you mean 'Blend Images'?" in violation.message


class TestOnLoad:
    def judge(self, tmp_path: Path, body: str, level: str = "studio-0.3.71") -> list[Any]:
        source = f"class X:\n    async def on_load(self):\n        {body}\n"
        path = write_pack(tmp_path, __init__=source)
        load = {
            "mapping_present": False,
            "entry_names": ["studio_entrypoint"],
            "on_load_overridden": True,
            "on_load_location": [str(path / "__init__.py"), 2],
        }
        return on_pack("LOAD-026", path, a_pack(load=load, level=level))

    def test_work_is_a_finding(self, tmp_path: Path) -> None:
        (violation,) = self.judge(tmp_path, "prepare()")
        assert violation.where.line == 2

    @pytest.mark.parametrize("body", ["pass", "...", "'''Nothing to do.'''"])
    def test_empty_body_is_none(self, tmp_path: Path, body: str) -> None:
        assert self.judge(tmp_path, body) == []

    def test_hosts_that_call_it(self, tmp_path: Path) -> None:
        with pytest.raises(NotApplicable, match="calls on_load"):
            self.judge(tmp_path, "prepare()", level="comfy-latest")


class TestNodes:
    def test_first_failing_node_names_those_the_host_drops(self) -> None:
        broken = a_failure("no such file", file="/p/a.py", line=7)
        nodes = [
            a_node("A", kind="v3", route="v3", failure=broken),
            a_node("B", kind="v3", route="v3", failure=broken),
            a_node("C", kind="v3", route="v3", registered=False),
        ]
        dropped = [a_problem("dropped-after-failure", node="C")]
        first, second = on_nodes("LOAD-023", HERE, a_pack(*nodes, problems=dropped))
        assert first.message.endswith("no such file; the host then drops C as well")
        assert second.message.endswith("no such file")
        assert (first.where.file, first.where.line) == ("/p/a.py", 7)

    def test_what_only_a_real_host_can_do_is_not_the_nodes_fault(self) -> None:
        pack = a_pack(a_node(failure=self.host_failure("comfy.sd.load")))
        with pytest.raises(NotApplicable):
            on_nodes("LOAD-023", HERE, pack)
        assert len(on_pack("COMPAT-009", HERE, pack)) == 1

    def test_base_class_without_content_is_no_call(self) -> None:
        pack = a_pack(a_node(failure=self.host_failure("comfy_extras.x.Guide.FUNCTION")))
        assert on_pack("COMPAT-009", HERE, pack) == []

    def host_failure(self, feature: str) -> Any:
        kind = "reference_runtime.host.missing.HostFeatureMissing"
        return a_failure(f"{feature} needs a real host", type=kind)

    def test_repeated_key_of_the_mapping(self, tmp_path: Path) -> None:
        lines = ["NODE_CLASS_MAPPINGS = {", "'A': int,", "'B': int,", "'A': str,", "'B': int,", "}"]
        source = "\n".join(lines)
        path = write_pack(tmp_path, __init__=source)
        (violation,) = on_pack("LOAD-024", path, a_pack())
        assert (violation.input, violation.where.line) == ("A", 4)


class TestCoreCollision:
    def test_id_of_the_host(self) -> None:
        nodes = [a_node("KSampler"), a_node("Canny"), a_node("KSampler of mine")]
        found = on_nodes("LOAD-025", HERE, a_pack(*nodes))
        assert len(found) == 2

    def test_the_hosts_own_modules_have_its_ids(self) -> None:
        path = Path("/host/studio_extras/nodes_canny.py")
        with pytest.raises(NotApplicable):
            on_nodes("LOAD-025", path, a_pack(a_node("Canny")))
