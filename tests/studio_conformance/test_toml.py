from __future__ import annotations

from pathlib import Path

import pytest

from studio_conformance.toml import BrokenToml, read_toml


@pytest.mark.parametrize(
    ("content", "position"),
    [
        (b"[project]\nname = \n", ":2:8: "),
        (b"a = 1\na = 2\n", ":2:"),
        (b"x = '\xff'", "byte 5"),
        (b"x = " + b"[" * 50_000, "nested too deeply"),
        (b"x = " + b"9" * 5_000, "5000 digits"),
    ],
)
def test_broken_toml_is_one_line_with_file_and_position(
    tmp_path: Path, content: bytes, position: str
) -> None:
    file = tmp_path / "pyproject.toml"
    file.write_bytes(content)
    with pytest.raises(BrokenToml) as caught:
        read_toml(file)
    message = str(caught.value)
    assert message.startswith(str(file))
    assert position in message
    assert "\n" not in message


def test_a_folder_in_place_of_the_file(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").mkdir()
    with pytest.raises(BrokenToml, match="can't be read"):
        read_toml(tmp_path / "pyproject.toml")
