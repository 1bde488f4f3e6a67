"""What the host ends up with, on made-up nodes."""

from __future__ import annotations

from typing import Any

from descriptions import a_failure, a_node

from reference_runtime.description import PROBLEM_KINDS, NodeDescription
from reference_runtime.loading.registration import settle


def v3(key: str, **fields: Any) -> NodeDescription:
    return a_node(key, kind="v3", route="v3", class_name=f"{key}Class", **fields)


def settled(nodes: list[NodeDescription], **options: Any) -> tuple[list[bool], list[str]]:
    """What is registered, and the kinds of the problems."""
    blocked = options.pop("blocked", [None] * len(nodes))
    problems = settle(nodes, blocked, **options)
    assert {problem["kind"] for problem in problems} <= PROBLEM_KINDS.keys()
    return [node["registered"] for node in nodes], [problem["kind"] for problem in problems]


def test_all_sound() -> None:
    assert settled([v3("A"), v3("B")]) == ([True, True], [])


def test_what_follows_a_failure_is_dropped_once_only() -> None:
    nodes = [v3("A"), v3("B", failure=a_failure()), v3("C"), v3("D", failure=a_failure())]
    assert settled(nodes) == (
        [True, False, False, False],
        ["register-failed", "dropped-after-failure", "register-failed"],
    )


def test_a_failing_v1_node_costs_only_itself() -> None:
    """The host asks a v1 class for its inputs later, one by one."""
    nodes = [a_node("A", failure=a_failure()), a_node("B")]
    assert settled(nodes) == ([True, True], [])


def test_blocked_nodes_are_not_registered() -> None:
    nodes = [v3("A"), v3("B")]
    assert settled(nodes, blocked=["entry-other-brand"] * 2) == ([False, False], [])


def test_of_two_nodes_with_one_id_the_later_stays() -> None:
    assert settled([v3("A"), v3("B"), v3("A")]) == ([False, True, True], ["duplicate-id"])


def test_a_dropped_twin_does_not_displace_the_earlier() -> None:
    nodes = [v3("A"), v3("B", failure=a_failure()), v3("A")]
    assert settled(nodes)[0] == [True, False, False]


def test_ids_of_the_host_are_left_out() -> None:
    nodes = [v3("KSampler"), a_node("KSampler"), v3("Mine")]
    assert settled(nodes[:1], taken=frozenset({"KSampler"})) == ([False], [])
    assert settled(nodes[1:], taken=frozenset({"KSampler"})) == ([False, True], [])
