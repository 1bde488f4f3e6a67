"""How the checks of COMPAT judge descriptions; what workers really say is proved by the twins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from descriptions import a_pack
from judging import on_pack, write_pack

from reference_runtime.touches import Touch
from studio_conformance.checks import NotApplicable
from studio_conformance.checks.compat.no_engine_internals import is_internal

HERE = Path("/nowhere/mypack")


def touched(*names: str, kind: Any, **fields: Any) -> Any:
    touches = [Touch(name, kind, "import", f"{HERE}/a.py", 3, **fields) for name in names]
    return a_pack(touches=[vars(touch) for touch in touches])


class TestNewer:
    PACK = touched("io.Color", "io.Schema(search_aliases=)", kind="newer", level="comfy-latest")

    def test_names_and_keywords_are_told_apart(self) -> None:
        (name,) = on_pack("COMPAT-001", HERE, self.PACK)
        (keyword,) = on_pack("COMPAT-002", HERE, self.PACK)
        assert name.input == "io.Color"
        assert keyword.input == "io.Schema(search_aliases=)"

    def test_message_says_which_level_has_it(self) -> None:
        (name,) = on_pack("COMPAT-001", HERE, self.PACK)
        assert name.message == "io.Color is new in comfy-latest; studio-0.3.71 lacks it"

    def test_touches_of_a_run_belong_to_the_node_that_ran(self) -> None:
        touch = vars(Touch("io.Color", "newer", "run", None, None, "comfy-latest"))
        assert on_pack("COMPAT-001", HERE, a_pack(touches=[touch])) == []

    def test_each_name_once(self) -> None:
        phases: list[Any] = ["import", "schema"]
        touches = [vars(Touch("io.Color", "newer", p, None, None, "x")) for p in phases]
        assert len(on_pack("COMPAT-001", HERE, a_pack(touches=touches))) == 1


class TestBrand:
    def test_one_finding_for_each_package(self) -> None:
        names = ["comfy.utils", "comfy.sd", "comfy_api.latest", "comfy.a", "comfy.b", "comfy.c"]
        pack = touched(*names, kind="brand")
        found = on_pack("COMPAT-005", HERE, pack)
        assert [violation.input for violation in found] == ["comfy", "comfy_api"]
        assert "comfy.a, comfy.b, comfy.c, comfy.sd and 1 more" in found[0].message

    def test_the_targets_own_name_is_offered(self) -> None:
        pack = touched("comfy", "comfy.utils", kind="brand", today="studio.utils")
        (violation,) = on_pack("COMPAT-005", HERE, pack)
        assert violation.message == "studio-0.3.71 has no comfy.utils (there: studio.utils)"

    @pytest.mark.parametrize(
        ("brand", "level"), [("comfy", "studio-0.3.71"), ("studio", "comfy-latest")]
    )
    def test_web_directory_of_the_other_host(self, tmp_path: Path, brand: str, level: str) -> None:
        path = write_pack(tmp_path)
        text = f'[tool.other]\nweb = "x"\n\n[tool.{brand}]\nweb = "js"\n'
        (path / "pyproject.toml").write_text(text, encoding="utf-8")
        (violation,) = on_pack("COMPAT-006", path, a_pack(level=level))
        assert violation.where.line == 5

    def test_web_directory_named_in_python_too(self, tmp_path: Path) -> None:
        path = write_pack(tmp_path)
        (path / "pyproject.toml").write_text('[tool.comfy]\nweb = "js"\n', encoding="utf-8")
        assert on_pack("COMPAT-006", path, a_pack(load={"web_directory": "/js"})) == []

    def test_registry_data_alone_is_no_web_directory(self, tmp_path: Path) -> None:
        path = write_pack(tmp_path)
        text = '[tool.comfy]\nPublisherId = "x"\n'
        (path / "pyproject.toml").write_text(text, encoding="utf-8")
        with pytest.raises(NotApplicable):
            on_pack("COMPAT-006", path, a_pack())


class TestBothBrands:
    def judge(self, tmp_path: Path, source: str, level: str = "studio-0.3.71") -> list[Any]:
        path = write_pack(tmp_path, __init__=source)
        load = {"entry_names": ["comfy_entrypoint", "studio_entrypoint"]}
        return on_pack("COMPAT-011", path, a_pack(load=load, level=level))

    def test_bare_import(self, tmp_path: Path) -> None:
        assert len(self.judge(tmp_path, "from studio_api.latest import io\n")) == 1
        assert len(self.judge(tmp_path, "import comfy.utils\n", "comfy-latest")) == 1

    @pytest.mark.parametrize(
        "source",
        [
            "try:\n    from studio_api.latest import io\nexcept ImportError:\n    io = None\n",
            "def f():\n    import studio.utils\n",
            "import folder_paths\n",
            "import studiolib\n",
        ],
    )
    def test_guarded_or_of_no_brand(self, tmp_path: Path, source: str) -> None:
        assert self.judge(tmp_path, source) == []

    def test_the_other_brand_is_told_by_import_brand(self, tmp_path: Path) -> None:
        assert self.judge(tmp_path, "import comfy.utils\n") == []


class TestUnknown:
    def test_the_longest_name_speaks_for_its_parents(self) -> None:
        pack = touched("studio.a", "studio.a.b", "studio.ab", kind="unknown")
        found = on_pack("COMPAT-008", HERE, pack)
        assert [violation.input for violation in found] == ["studio.a.b", "studio.ab"]


@pytest.mark.parametrize(
    ("module", "internal"),
    [
        ("execution", True),
        ("comfy_execution.caching", True),
        ("studio_api.internal.singleton", True),
        ("comfy_api.latest._util", True),
        ("comfy_api.latest._io", True),
        ("comfy_execution.graph_utils", False),
        ("comfy_execution", False),
        ("comfy_api.latest", False),
        ("executions", False),
        ("mypack._util", False),
    ],
)
def test_internal_modules(module: str, internal: bool) -> None:
    assert is_internal(module) is internal


def test_private_names_of_the_api_count_once(tmp_path: Path) -> None:
    source = "from comfy_api.latest import io, _io\nfrom comfy_api.latest import _io\n"
    path = write_pack(tmp_path, __init__=source)
    (violation,) = on_pack("COMPAT-010", path, a_pack())
    assert violation.input == "comfy_api.latest._io"
