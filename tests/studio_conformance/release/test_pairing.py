"""When two names are taken for one, and when they are not: a wrong guess hides a removal."""

from __future__ import annotations

from typing import Any

import pytest
from descriptions import a_node, an_input
from faces import a_face, a_widget, an_output, titled

from reference_runtime.description import InputFacts, NodeDescription
from studio_conformance.release.pairing import pair_inputs, pair_nodes

IMAGE, MASK = an_input("image", "IMAGE"), an_input("mask", "MASK")


def renamed(old: NodeDescription, *new: NodeDescription) -> list[tuple[str, str]]:
    """Pairs of new id and the reason why it is the old node."""
    pairs = pair_nodes(a_face(old), a_face(*new))
    names = [pair.new["id"] for pair in pairs.renamed]
    assert sorted([*names, *(node["id"] for node in pairs.added)]) == sorted(
        node["key"] for node in new
    )
    assert len(pairs.removed) == 1 - len(pairs.renamed)
    return [(pair.new["id"], pair.why) for pair in pairs.renamed]


def test_a_class_that_gives_the_same_is_the_same_node() -> None:
    old = a_node("Old", class_name="X", outputs=[an_output("IMAGE")])
    assert renamed(old, a_node("New", class_name="X", outputs=[an_output("IMAGE")])) == [
        ("New", "the same class")
    ]
    assert renamed(old, a_node("New", class_name="X", outputs=[an_output("MASK")])) == []


def test_of_two_that_are_alike_none_is_taken() -> None:
    old = a_node("Old", class_name="X")
    assert renamed(old, a_node("New", class_name="X"), a_node("Other", class_name="X")) == []


@pytest.mark.parametrize(
    ("title", "expected"), [("Blur it", [("Other", "shown by the same name")]), ("Blur", [])]
)
def test_a_title_tells_where_it_is_not_the_id(title: str, expected: list[Any]) -> None:
    old = titled("Blur", display_name=title, class_name="P")
    assert renamed(old, titled("Other", display_name=title, class_name="Q")) == expected


@pytest.mark.parametrize(
    ("inputs", "key", "expected"),
    [
        ([IMAGE, MASK], "BlurV2", [("BlurV2", "the same inputs and outputs")]),
        ([IMAGE], "BlurV2", []),
        ([IMAGE, MASK], "Sharpen", []),
    ],
)
def test_a_shape_tells_where_it_is_large_and_the_name_is_alike(
    inputs: list[InputFacts], key: str, expected: list[Any]
) -> None:
    old = a_node("Blur", class_name="P", inputs=inputs)
    assert renamed(old, a_node(key, class_name="Quite", inputs=inputs)) == expected


def inputs_paired(old: list[InputFacts], new: list[InputFacts]) -> dict[str, str]:
    (before,), (after,) = (a_face(a_node(inputs=each))["nodes"] for each in (old, new))
    return pair_inputs(before["inputs"], after["inputs"])


def test_no_neighbours_are_no_reason() -> None:
    old, new = an_input("width", "FLOAT,X"), an_input("tint", "FLOAT,X")
    assert inputs_paired([old], [new]) == {}
    assert inputs_paired([IMAGE, old], [IMAGE, new]) == {"width": "tint"}


def test_an_input_is_the_new_name_of_one_alone() -> None:
    first, second, third = (a_widget(f"glue_{n}", "STRING", default="-") for n in "abc")
    assert inputs_paired([first, second], [third]) == {"glue_a": "glue_c"}


def test_a_list_of_other_options_is_another_rule() -> None:
    def after(options: list[str]) -> dict[str, str]:
        old = a_widget("mode", "COMBO", options=["a", "b"])
        return inputs_paired([old, MASK], [MASK, a_widget("modes", "COMBO", options=options)])

    assert after(["a", "b"]) == {"mode": "modes"}
    assert after(["c", "d"]) == {}
