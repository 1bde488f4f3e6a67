"""The pytest process imports nothing of a pack, not even its conftest.py."""

from __future__ import annotations

import pytest

PACK = "NODE_CLASS_MAPPINGS = {}\n"
CONFTEST = "from pathlib import Path\nPath(__file__).with_name('ran').touch()\n"


@pytest.mark.parametrize("started_in", [".", "nodes"])
def test_a_packs_conftest_does_not_run(
    pytester: pytest.Pytester,
    plugin_args: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
    started_in: str,
) -> None:
    pack = pytester.mkdir("hostile_pack")
    (pack / "nodes").mkdir()
    (pack / "__init__.py").write_text(PACK)
    (pack / "conftest.py").write_text(CONFTEST)
    monkeypatch.chdir(pack / started_in)
    result = pytester.runpytest_subprocess(*plugin_args, f"--studio-pack={pack}")
    result.stdout.fnmatch_lines(["*NODE_CLASS_MAPPINGS is empty*"])
    assert not (pack / "ran").exists()


def test_a_conftest_beside_the_pack_still_runs(
    pytester: pytest.Pytester, plugin_args: tuple[str, ...]
) -> None:
    pack = pytester.mkdir("mypack")
    (pack / "__init__.py").write_text(PACK)
    (pytester.path / "conftest.py").write_text(CONFTEST)
    pytester.runpytest_subprocess(*plugin_args, "--studio-pack=mypack")
    assert (pytester.path / "ran").exists()
