"""The finder serves the host's names by brand and level and records what the pack touches."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType

import pytest

from reference_runtime.host import finder
from reference_runtime.host.missing import HostFeatureMissing
from reference_runtime.levels import ACTIVE, configure
from reference_runtime.touches import LOG

Load = Callable[..., ModuleType]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Load]:
    """Import a source text as a pack's module, with the finder installed at a level."""
    before = (ACTIVE.level, ACTIVE.mode, LOG.roots)
    pack = tmp_path / "pack"
    pack.mkdir()
    LOG.clear()
    LOG.watch(str(pack))

    def load_source(source: str, level: str = "studio-0.3.71") -> ModuleType:
        configure(level)
        finder.install(tmp_path / "root")
        file = pack / f"part_{len(list(pack.iterdir()))}.py"
        file.write_text(source)
        spec = importlib.util.spec_from_file_location(file.stem, file)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    yield load_source
    finder.uninstall()
    LOG.clear()
    LOG.watch(*before[2])
    ACTIVE.level, ACTIVE.mode = before[:2]


def kinds() -> dict[str, str]:
    return {touch["name"]: touch["kind"] for touch in LOG.as_dicts()}


def test_real_names_are_recorded_with_their_line(load: Load) -> None:
    load("import folder_paths\n\nfolder_paths.get_input_directory()\n")
    touch = next(t for t in LOG.as_dicts() if t["name"] == "folder_paths.get_input_directory")
    assert (touch["kind"], touch["phase"], touch["line"]) == ("host", "import", 3)


def test_each_phase_records_the_name_once(load: Load) -> None:
    pack = load("import folder_paths\ndef run():\n    return folder_paths.models_dir\n")
    LOG.phase = "run"
    pack.run()
    pack.run()
    touches = [t for t in LOG.as_dicts() if t["name"] == "folder_paths.models_dir"]
    assert [t["phase"] for t in touches] == ["run"]


def test_our_own_reads_are_not_recorded(load: Load) -> None:
    load("import server\n")
    assert sys.modules["server"].PromptServer.instance is not None
    assert "server.PromptServer" not in kinds()


def test_both_spellings_are_the_same_module_object(load: Load) -> None:
    pack = load("import studio.cli_args as a\nimport comfy.cli_args as b\nsame = a is b\n")
    assert pack.same


def test_model_code_imports_and_can_be_subclassed_but_does_not_run(load: Load) -> None:
    pack = load(
        "from studio.ldm.modules.attention import CrossAttention\n"
        "class Mine(CrossAttention):\n    pass\n"
    )
    assert kinds()["studio.ldm.modules.attention.CrossAttention"] == "stand-in"
    LOG.phase = "run"
    with pytest.raises(HostFeatureMissing, match=r"attention\.CrossAttention needs a real host"):
        pack.Mine()
    with pytest.raises(HostFeatureMissing) as caught:
        pack.CrossAttention(4)
    assert caught.value.feature == "studio.ldm.modules.attention.CrossAttention"


def test_a_name_we_do_not_know_is_unknown(load: Load) -> None:
    load("import studio.not_there\nstudio.not_there.thing\nfrom studio.options import other\n")
    found = kinds()
    assert found["studio.not_there"] == "unknown"
    assert found["studio.not_there.thing"] == "unknown"
    assert found["studio.options.other"] == "unknown"


def test_unknown_names_are_missing_where_the_pack_expects_it(load: Load) -> None:
    pack = load(
        "import studio.options\n"
        "missing = [not hasattr(studio.options, 'other')]\n"
        "try:\n    import studio.not_there\nexcept ImportError:\n    missing.append(True)\n"
        "try:\n    from studio.options import x\nexcept ImportError:\n    missing.append(True)\n"
    )
    assert pack.missing == [True, True, True]
    assert "unknown" not in kinds().values()


@pytest.mark.parametrize(
    ("level", "served", "other"),
    [("studio-0.3.71", "studio", "comfy"), ("comfy-0.3.64", "comfy", "studio")],
)
def test_a_shim_gets_the_brand_of_the_level(
    load: Load, level: str, served: str, other: str
) -> None:
    shim = (
        f"try:\n    import {other}.utils\n    brand = '{other}'\n"
        f"except ImportError:\n    import {served}.utils\n    brand = '{served}'\n"
    )
    assert load(shim, level).brand == served
    assert "brand" not in kinds().values()


def test_the_other_brand_is_served_and_recorded_where_it_is_not_expected(load: Load) -> None:
    load("import comfy.utils\n")
    touch = next(t for t in LOG.as_dicts() if t["name"] == "comfy.utils" and t["kind"] == "brand")
    assert touch["today"] == "studio.utils"


def test_find_spec_sees_only_the_levels_brand(load: Load) -> None:
    pack = load(
        "from importlib.util import find_spec\n"
        "here, there = find_spec('studio.utils'), find_spec('comfy')\n"
    )
    assert pack.here is not None
    assert pack.there is None


def test_a_name_of_0_3_71_is_newer_at_0_3_64(load: Load) -> None:
    load("from comfy.utils import pack_latents\n", "comfy-0.3.64")
    touch = next(t for t in LOG.as_dicts() if t["name"] == "comfy.utils.pack_latents")
    assert (touch["kind"], touch["level"]) == ("newer", "studio-0.3.71")


def test_attributes_reach_submodules_without_an_import_of_their_own(load: Load) -> None:
    pack = load("import studio\nblocks = studio.ldm.flux.layers.DoubleStreamBlock\n")
    assert isinstance(pack.blocks, type)


def test_everyday_names_never_shadow_what_else_has_them(load: Load, tmp_path: Path) -> None:
    (tmp_path / "utils.py").write_text("mine = True\n")
    sys.path.insert(0, str(tmp_path))
    try:
        assert load("import utils\nmine = utils.mine\n").mine
    finally:
        sys.path.remove(str(tmp_path))
        del sys.modules["utils"]


def test_a_host_requirement_that_is_not_installed_is_absent(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(finder.absent.REQUIREMENTS, "surely_not_here", "surely-not-here")
    pack = load(
        "import surely_not_here.parts as parts\nKind = parts.Kind\n"
        "try:\n    import surely_not_here.more\n    more = True\n"
        "except ImportError:\n    more = False\n"
    )
    assert kinds()["surely_not_here"] == "absent"
    assert not pack.more
    LOG.phase = "run"
    with pytest.raises(HostFeatureMissing, match="needs the package surely-not-here"):
        pack.Kind()


def test_classes_and_functions_of_an_absent_package(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(finder.absent.REQUIREMENTS, "surely_not_here", "surely-not-here")
    pack = load("from surely_not_here import Model, fetch\nclass Mine(Model):\n    pass\n")
    assert isinstance(pack.Mine, type)
    LOG.phase = "run"
    for wanted in (pack.Mine, pack.fetch):
        with pytest.raises(HostFeatureMissing, match="needs the package surely-not-here"):
            wanted()


def test_what_the_hosts_packages_bring_is_no_dependency_to_declare(load: Load) -> None:
    pack = load("from huggingface_hub import hf_hub_download as fetch\n")
    assert pack.fetch is not None


def test_libraries_do_not_see_the_stubs_of_absent_packages(load: Load) -> None:
    load("")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("surely_not_here_either")
    assert importlib.util.find_spec("torchsde_surely_not") is None


def test_modules_pose_as_files_of_the_root(load: Load, tmp_path: Path) -> None:
    pack = load("import folder_paths, studio\nfile, top = folder_paths.__file__, studio.__file__\n")
    assert pack.file == str(tmp_path / "root" / "folder_paths.py")
    assert pack.top == str(tmp_path / "root" / "studio" / "__init__.py")
