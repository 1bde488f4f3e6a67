"""Options, folders, and the folder that a killed server leaves."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from reference_runtime.server import own_folder as own_folder_module
from reference_runtime.server.options import cache_of, parse
from reference_runtime.server.own_folder import PREFIX, own_folder, sweep
from reference_runtime.server.places import places_of


def test_a_server_is_for_this_machine_unless_told_otherwise() -> None:
    assert parse([]).listen == "127.0.0.1"
    assert parse(["--listen"]).listen == "0.0.0.0,::"
    assert parse(["--listen", "10.0.0.1"]).listen == "10.0.0.1"


@pytest.mark.parametrize(
    ("arguments", "cache"),
    [
        ([], "classic"),
        (["--cache-lru", "0"], "classic"),
        (["--cache-lru", "7"], 7),
        (["--cache-none"], "none"),
        (["--cache-classic"], "classic"),
    ],
)
def test_which_cache(arguments: list[str], cache: object) -> None:
    assert cache_of(parse(arguments)) == cache


def test_only_one_cache_can_be_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse(["--cache-none", "--cache-lru", "7"])
    assert "not allowed with" in capsys.readouterr().err


def test_folders_and_packs_are_found(tmp_path: Path) -> None:
    pytest.importorskip("yaml")
    for pack in ("base/custom_nodes/one", "extra/two", "single"):
        (tmp_path / pack).mkdir(parents=True)
    config = tmp_path / "paths.yaml"
    config.write_text("a:\n  custom_nodes: extra\n  loras: more\n")
    options = parse(
        ["--base-directory", str(tmp_path / "base"), "--output-directory", str(tmp_path / "o"),
         "--extra-model-paths-config", str(config), "--pack", str(tmp_path / "single"),
         "--pack", str(tmp_path / "extra" / "two")]
    )  # fmt: skip
    places = places_of(options, tmp_path / "t")
    assert [pack.name for pack in places.packs] == ["one", "two", "single"]
    assert places.folders.output == tmp_path / "o"
    assert places.folders.input == tmp_path / "base" / "input"
    assert places.folders.temp == tmp_path / "t" / "temp"
    assert [(folder.kind, folder.path) for folder in places.models] == [
        ("loras", tmp_path / "more")
    ]
    assert places.folders.output.is_dir()


def test_an_own_folder_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with own_folder() as folder:
        (folder / "file").write_text("x")
        assert folder.name.startswith(PREFIX)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="needs locks and signals of POSIX")
def test_the_folder_of_a_killed_server_is_removed_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    code = (
        "import time; from reference_runtime.server.own_folder import own_folder\n"
        "with own_folder() as folder: print(folder, flush=True); time.sleep(60)"
    )
    environment = os.environ | {"TMPDIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, env=environment
    ) as p:
        assert p.stdout is not None
        folder = Path(p.stdout.readline().decode().strip())
        monkeypatch.setattr(own_folder_module, "_YOUNG", 0.0)
        time.sleep(0.01)
        sweep()
        assert folder.is_dir(), "the folder of a living server"
        p.kill()
    monkeypatch.setattr(own_folder_module, "_YOUNG", 60.0)
    sweep()
    assert folder.is_dir(), "too young to be sure"
    monkeypatch.setattr(own_folder_module, "_YOUNG", 0.0)
    sweep()
    assert not folder.exists()
