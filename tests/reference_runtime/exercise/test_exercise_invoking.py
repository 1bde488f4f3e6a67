"""What a node that is run alone gets of the prompt and the workflow it stands in."""

from __future__ import annotations

from typing import Any

from reference_runtime.exercise.invoking import hidden_values, prompt_of, subject_of


class Asking:
    RETURN_TYPES = ("IMAGE", ["a", "b"])
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> dict[str, Any]:
        return {
            "required": {"image": ("IMAGE",), "mode": (["a", "b"],), "amount": ("INT", {})},
            "hidden": {"me": "UNIQUE_ID", "graph": "PROMPT", "saved": "EXTRA_PNGINFO"},
        }


class AskingForLists(Asking):
    INPUT_IS_LIST = True


def test_a_node_finds_itself_in_prompt_and_workflow() -> None:
    subject = subject_of(Asking, "Asking")
    prompt = prompt_of(subject, {"image": object(), "mode": "b", "amount": 3})
    given = hidden_values(subject, prompt)
    me = given["UNIQUE_ID"]
    assert given["PROMPT"][me] == {"class_type": "Asking", "inputs": {"mode": "b", "amount": 3}}
    (node,) = given["EXTRA_PNGINFO"]["workflow"]["nodes"]
    assert str(node["id"]) == me
    assert node["widgets_values"] == ["b", 3]
    assert [each["name"] for each in node["inputs"]] == ["image"]
    assert [each["type"] for each in node["outputs"]] == ["IMAGE", "COMBO"]
    assert node["outputs"][0]["links"] == []


def test_values_of_a_node_that_takes_lists() -> None:
    subject = subject_of(AskingForLists, "Asking")
    prompt = prompt_of(subject, {"mode": ["a"], "amount": [4]})
    assert [each["inputs"] for each in prompt.values()] == [{"mode": "a", "amount": 4}]
