"""Values from recipes: the same bits each time, in the host's shapes; what is told of them."""

from __future__ import annotations

import math
from typing import Any

import pytest

from reference_runtime.recipes import BadRecipe, digest, make, snippet, summary, text
from reference_runtime.recipes.bits import word, words

torch = pytest.importorskip("torch")
IMAGE = {"make": "IMAGE", "shape": [2, 5, 7, 3], "seed": 3}


def test_the_stream_of_a_seed_is_fixed_and_the_same_by_word_and_by_tensor() -> None:
    assert [word(7, i) & (2**63 - 1) for i in range(4)] == [
        int(each) & (2**63 - 1) for each in words(7, 4)
    ]
    assert word(7) != word(8)


@pytest.mark.parametrize("fill", ["uniform", "zeros", "ones", "constant", "gradient", "binary"])
def test_an_image_is_float32_within_0_and_1_and_the_same_each_time(fill: str) -> None:
    recipe = {**IMAGE, "fill": fill}
    first, second = make(recipe), make(recipe)
    assert (first.shape, first.dtype) == ((2, 5, 7, 3), torch.float32)
    assert 0.0 <= float(first.min()) <= float(first.max()) <= 1.0
    assert torch.equal(first, second)
    assert first.data_ptr() != second.data_ptr()


def test_seeds_tell_images_apart() -> None:
    assert digest(make(IMAGE)) != digest(make({**IMAGE, "seed": 4}))
    assert digest(make(IMAGE)) == digest(make(IMAGE))


@pytest.mark.parametrize(
    ("recipe", "path", "shape"),
    [
        ({"make": "LATENT", "shape": [1, 4, 8, 8]}, ["samples"], (1, 4, 8, 8)),
        ({"make": "AUDIO", "shape": [1, 2, 64]}, ["waveform"], (1, 2, 64)),
        ({"make": "SIGMAS", "steps": 5}, [], (6,)),
        ({"make": "CONDITIONING"}, [0, 1, "pooled_output"], (1, 32)),
        ({"make": "MASK", "shape": [1, 8, 8]}, [], (1, 8, 8)),
        ({"make": "TRACKS", "frames": 5, "points": 3}, ["track_path"], (5, 3, 2)),
        ({"make": "NORMALIZED_AMPLITUDE", "frames": 5}, [], (5,)),
        ({"make": "TRACKS", "frames": 5, "points": 3}, ["track_visibility"], (5, 3)),
    ],
)
def test_values_have_the_hosts_form(recipe: Any, path: list[Any], shape: tuple[int, ...]) -> None:
    value = make(recipe)
    for step in path:
        value = value[step]
    assert tuple(value.shape) == shape


def test_sigmas_fall_to_zero() -> None:
    sigmas = make({"make": "SIGMAS", "steps": 5})
    assert float(sigmas[-1]) == 0.0
    assert bool((sigmas[1:] < sigmas[:-1]).all())


def test_a_plain_value_is_its_own_copy() -> None:
    recipe = {"value": [1, [2]]}
    made = make(recipe)
    made[1].append(3)
    assert recipe == {"value": [1, [2]]}


def test_a_list_makes_each() -> None:
    assert make({"list": [{"value": 1}, {"value": "a"}]}) == [1, "a"]


@pytest.mark.parametrize("recipe", [{"make": "NOTHING"}, {"make": "MODEL"}, {}, 3])
def test_what_can_t_be_made_is_refused(recipe: Any) -> None:
    with pytest.raises(BadRecipe):
        make(recipe)


def test_a_summary_tells_what_is_wrong_with_a_tensor() -> None:
    facts = summary(torch.tensor([1.0, math.nan, math.inf]))
    assert (facts["kind"], facts["shape"], facts["nan"], facts["inf"]) == ("tensor", [3], 1, 1)


def test_a_digest_depends_on_shape_and_type_too() -> None:
    zeros = torch.zeros(4)
    others = [zeros.reshape(2, 2), zeros.to(torch.float64), zeros + 1]
    assert all(digest(zeros) != digest(other) for other in others)


def test_a_summary_never_raises() -> None:
    class Rude:
        def __repr__(self) -> str:
            raise RuntimeError

    assert summary({"a": [Rude()]})["kind"]


@pytest.mark.parametrize("recipe", [{"value": 3}, IMAGE, {"list": [{"value": 1}]}])
def test_a_recipe_reads_well_and_its_snippet_makes_it(recipe: Any) -> None:
    assert text(recipe)
    compile(snippet(recipe), "snippet", "eval")
