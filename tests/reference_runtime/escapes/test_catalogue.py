"""The catalogue: every payload once, the cover first, and texts that lead where they say."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import pytest

from reference_runtime.escapes.arena import FOLDER, Arena, Base
from reference_runtime.escapes.catalogue import COVER, LEFT_OUT, payloads
from reference_runtime.escapes.formats import CANARIES


@pytest.fixture
def arena(tmp_path: Path) -> Arena:
    for name in ("host", "home"):
        (tmp_path / name).mkdir()
    return Arena(tmp_path / "host", tmp_path / "home")


def test_each_payload_is_tried_once_and_the_cover_first() -> None:
    names = [payload.id for payload in payloads()]
    assert tuple(names[: len(COVER)]) == COVER
    assert max(Counter(names).values()) == 1
    assert not LEFT_OUT & set(names)


@pytest.mark.parametrize("base", ["input", "output/deep/er", "."])
@pytest.mark.parametrize("name", ["abs-1", "dd-deep", "up-plain", "cf-model-dd"])
def test_paths_lead_to_the_decoy_from_any_base(name: str, base: str, arena: Arena) -> None:
    payload = next(each for each in payloads() if each.id == name)
    folder = arena.host / base
    folder.mkdir(parents=True, exist_ok=True)
    arena.build()
    text = arena.filled(payload.template, Base(os.path.realpath(folder)), ".txt")
    reached = Path(os.path.join(folder, text))
    if name == "up-plain" and base == ".":
        pytest.skip("the decoys lie beside the base, not above it")
    assert arena.canary in reached.read_text(encoding="utf-8")


def test_no_variable_stays_in_a_text(arena: Arena) -> None:
    for payload in payloads():
        text = arena.filled(payload.template, arena.default, ".png")
        for name in ("{S}", "{Sn}", "{Srel}", "{SIB}", "{O", "{TOK}", "{up:", "{A}"):
            assert name not in text, payload


def test_decoys_are_put_aside_and_come_back(arena: Arena) -> None:
    (arena.host / "input").mkdir()
    (arena.host / "input" / "own.png").write_bytes(b"x")
    before = os.environ.get("HF_TOKEN")
    for _ in range(2):
        arena.build()
        assert os.environ["HF_TOKEN"] == arena.secret
        assert (arena.outside / f"{arena.name}.png").is_file()
        arena.park()
        assert os.environ.get("HF_TOKEN") == before
        assert not arena.outside.exists()
        assert os.listdir(arena.host / "input") == ["own.png"]


def test_a_decoy_that_is_gone_is_made_again(arena: Arena) -> None:
    arena.build()
    before = arena.state()
    (arena.outside / f"{arena.name}.txt").unlink()
    assert arena.state() != before
    arena.clear()
    arena.build()
    assert (arena.outside / f"{arena.name}.txt").is_file()


def test_planted_links_lead_out_and_are_taken_away(arena: Arena) -> None:
    arena.build()
    payload = next(each for each in payloads() if each.id == "ln-file")
    arena.plant(payload, arena.default)
    link = Path(arena.default.folder, "ln_file")
    assert os.path.realpath(link) == os.path.realpath(arena.outside / arena.name)
    arena.unplant()
    assert not link.is_symlink()


@pytest.mark.parametrize("extension", CANARIES)
def test_every_format_carries_the_token(extension: str) -> None:
    if extension == ".zip":
        pytest.skip("packed")
    assert b"CANARY0123" in CANARIES[extension]("CANARY0123")


def test_formats_are_what_they_say(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    numpy = pytest.importorskip("numpy")
    for extension in (".pt", ".npy"):
        (tmp_path / f"a{extension}").write_bytes(CANARIES[extension]("CANARY0123"))
    assert torch.load(tmp_path / "a.pt", weights_only=True) == {"token": "CANARY0123"}
    assert bytes(numpy.load(tmp_path / "a.npy")) == b"CANARY0123"


def test_a_folder_is_named_without_extension(arena: Arena) -> None:
    arena.build()
    assert Path(arena.filled("{S}", arena.default, FOLDER)).is_dir()
