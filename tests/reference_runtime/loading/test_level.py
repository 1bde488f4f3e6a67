"""Which level a pack is judged by."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny_packs import write_pack

from reference_runtime.levels import UnknownLevel
from reference_runtime.loading.level import brand_of, resolve_level
from reference_runtime.loading.metadata import declared_web, read_pyproject

STUDIO, COMFY = "from studio_api.latest import io\n", "import comfy.utils\n"


def level_of(root: Path, files: dict[str, str], explicit: str | None = None,
             configured: str | None = None) -> tuple[str, str]:  # fmt: skip
    level, reason = resolve_level(write_pack(root, files), explicit, configured)
    return level.name, reason


def test_the_command_line_comes_first(tmp_path: Path) -> None:
    files = {"__init__.py": STUDIO, "pyproject.toml": '[project]\nrequires-comfyui = ">=1"\n'}
    found = level_of(tmp_path, files, "comfy-0.3.64", "comfy-latest")
    assert found == ("comfy-0.3.64", "given on the command line")


def test_then_the_packs_settings(tmp_path: Path) -> None:
    level, reason = level_of(tmp_path, {"__init__.py": STUDIO}, None, "comfy-latest")
    assert level == "comfy-latest"
    assert "[tool.studio-conformance]" in reason


@pytest.mark.parametrize(
    ("toml", "level"),
    [
        ('[tool.comfy]\nrequires-comfyui = ">=0.3.50"', "comfy-latest"),
        ('[project]\nrequires-comfyui = "==0.3.64"', "comfy-0.3.64"),
        ('[tool.comfy]\nrequires-comfyui = "<=0.3.60"', "comfy-0.3.64"),
        ('[tool.studio]\nrequires-studioui = ">=0.3.71"', "studio-0.3.71"),
        (
            '[tool.comfy]\nrequires-comfyui = ">=1"\n[tool.studio]\nrequires-studioui = ">=0"',
            "studio-0.3.71",
        ),
    ],
)
def test_then_the_host_it_requires(tmp_path: Path, toml: str, level: str) -> None:
    found, reason = level_of(tmp_path, {"__init__.py": STUDIO, "pyproject.toml": toml})
    assert found == level
    assert "requires-" in reason


@pytest.mark.parametrize(
    ("source", "level"),
    [
        (STUDIO, "studio-0.3.71"),
        (COMFY, "comfy-latest"),
        ("import comfy_execution.graph\n", "comfy-latest"),
        ("def studio_entrypoint(): pass\n", "studio-0.3.71"),
        ("async def comfy_entrypoint(): pass\n", "comfy-latest"),
        (COMFY + STUDIO, "studio-0.3.71"),
        ("try:\n    import studio_api\nexcept ImportError:\n    import comfy_api\n",
         "studio-0.3.71"),
        ("import folder_paths\n", "studio-0.3.71"),
        ("import comfyui_helpers, studious\n", "studio-0.3.71"),
        ("x = 'comfy_api'\n# import comfy\n", "studio-0.3.71"),
        ("import comfy.utils\nthis is no python\n", "studio-0.3.71"),
    ],
)  # fmt: skip
def test_then_what_it_imports(tmp_path: Path, source: str, level: str) -> None:
    assert level_of(tmp_path, {"__init__.py": source})[0] == level


def test_any_file_of_the_pack_counts_and_is_named(tmp_path: Path) -> None:
    files = {"__init__.py": "", "nodes/deep.py": COMFY, ".venv/lib.py": STUDIO}
    level, reason = level_of(tmp_path, files)
    assert level == "comfy-latest"
    assert reason == "the pack has import comfy.utils in deep.py"


def test_an_unknown_level_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UnknownLevel, match="did you mean"):
        level_of(tmp_path, {"__init__.py": ""}, "comfy-0.3.65")


def test_a_single_file(tmp_path: Path) -> None:
    file = tmp_path / "nodes_x.py"
    file.write_text(COMFY)
    assert resolve_level(file, None, None)[0].name == "comfy-latest"


@pytest.mark.parametrize(
    ("module", "brand"),
    [
        ("comfy", "comfy"),
        ("comfy.utils", "comfy"),
        ("comfy_api.latest", "comfy"),
        ("comfy_extras.nodes_x", "comfy"),
        ("studio_execution", "studio"),
        ("comfyui", None),
        ("comfy_env", None),
        ("folder_paths", None),
    ],
)
def test_brand_of_a_module(module: str, brand: str | None) -> None:
    assert brand_of(module) == brand


def test_a_pyproject_that_does_not_parse_says_nothing(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, {"__init__.py": "", "pyproject.toml": "[broken"})
    assert read_pyproject(folder) == {}
    assert declared_web(folder, "comfy") is None


def test_a_web_folder_that_is_no_string_says_nothing(tmp_path: Path) -> None:
    folder = write_pack(tmp_path, {"__init__.py": "", "pyproject.toml": "[tool.comfy]\nweb = 5"})
    assert declared_web(folder, "comfy") is None
