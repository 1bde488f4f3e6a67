"""The configuration of extra folders is read as the host reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from reference_runtime.server.model_paths import BadConfig, ExtraFolder, packs_in, read

pytest.importorskip("yaml")


def test_paths_are_relative_to_the_base_and_that_to_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELS_HERE", "deep")
    config = tmp_path / "paths.yaml"
    config.write_text(
        """
        # a comment
        testing:
            custom_nodes: testing_nodes
        other:
            base_path: ${MODELS_HERE}/er
            is_default: true
            loras: |
                one
                two/../three
            vae: /absolute
        empty:
        """
    )
    assert read(config) == [
        ExtraFolder("custom_nodes", tmp_path / "testing_nodes"),
        ExtraFolder("loras", tmp_path / "deep" / "er" / "one", first=True),
        ExtraFolder("loras", tmp_path / "deep" / "er" / "three", first=True),
        ExtraFolder("vae", Path("/absolute"), first=True),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a: [", "is no YAML"),
        ("- a", "has no sections"),
        ("a: b", "'a' of .* has no folders"),
        ("a:\n  loras: [x]", "a.loras of .* is not text"),
        ("a: !!python/object/apply:os.getcwd []", "is no YAML"),
    ],
)
def test_what_is_no_configuration_is_refused(tmp_path: Path, text: str, words: str) -> None:
    config = tmp_path / "paths.yaml"
    config.write_text(text)
    with pytest.raises(BadConfig, match=words):
        read(config)


def test_packs_are_folders_and_python_files(tmp_path: Path) -> None:
    for name in ("b_pack", "a_pack", "off.disabled", "__pycache__"):
        (tmp_path / name).mkdir()
    for name in ("single.py", "notes.txt", "old.py.disabled"):
        (tmp_path / name).write_text("")
    assert [path.name for path in packs_in(tmp_path)] == ["a_pack", "b_pack", "single.py"]
    assert packs_in(tmp_path / "none") == []
