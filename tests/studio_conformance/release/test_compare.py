"""Each kind of change by itself, and that one cause is told once."""

from __future__ import annotations

from typing import Any

import pytest
from descriptions import a_failure, a_node, an_input
from faces import a_face, a_widget, an_output, titled

from reference_runtime.description import InputFacts, NodeDescription
from studio_conformance.release.changes import ADDITIONS, BUMPS
from studio_conformance.release.compare import compare

A, B, C = (a_widget(name, "STRING", default=name) for name in "abc")
SEED = a_widget("seed", default=0)
COUNT = a_widget("count", default=0)
CONTROLLED = a_widget("count", default=0, control_after_generate=True)
IMAGE = an_input("image", "IMAGE")
SOCKET = a_widget("count", default=0, forceInput=True)


def kinds(old: NodeDescription, new: NodeDescription) -> list[str]:
    return [change.kind for change in compare(a_face(old), a_face(new))]


def between(old: list[InputFacts], new: list[InputFacts]) -> list[str]:
    """Kinds of change when a node's inputs become others; additions that hurt nobody left out."""
    found = kinds(a_node(inputs=old), a_node(inputs=new))
    return [kind for kind in found if kind not in ADDITIONS]


def optional(item: InputFacts) -> InputFacts:
    return {**item, "group": "optional"}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ([A, B], [A, B], []),
        ([A, B], [A, C, B], ["widget-order-shifted"]),
        ([A, B], [C, A, B], ["widget-order-shifted"]),
        ([A, B], [B, A], ["widget-order-shifted"]),
        ([A, B, C], [A, C], ["widget-order-shifted"]),
        ([A, B, C], [C], ["widget-order-shifted"]),
        ([A, B], [A], ["input-removed"]),
        ([A, B], [A, B, C], ["required-widget-added"]),
        ([A, B], [A, B, optional(C)], []),
        ([A, optional(B)], [A, C, optional(B)], ["widget-order-shifted"]),
        ([A, optional(B)], [optional(B), A], []),
        ([A, IMAGE], [IMAGE, A], []),
        ([A], [IMAGE, A], ["required-input-added"]),
        ([A], [optional(IMAGE), A], []),
        ([IMAGE, A], [A], ["input-removed"]),
        ([IMAGE, A, B, C], [], ["input-removed"]),
        ([IMAGE, A], [], ["input-removed", "input-removed"]),
        ([optional(IMAGE)], [IMAGE], ["required-input-added"]),
        ([optional(A)], [A], ["required-widget-added"]),
        ([A], [optional(A)], []),
        ([SEED, A], [SEED, A], []),
        ([SEED, A], [a_widget("seed", default=0, control_after_generate=False), A],
         ["widget-order-shifted"]),
        ([COUNT, A], [CONTROLLED, A], ["widget-order-shifted"]),
        ([A, COUNT], [A, CONTROLLED], []),
        ([A, COUNT], [A, B], ["widget-order-shifted"]),
        ([optional(SOCKET)], [COUNT], ["required-widget-added"]),
    ],
)  # fmt: skip
def test_inputs_that_come_go_and_move(
    old: list[InputFacts], new: list[InputFacts], expected: list[str]
) -> None:
    assert between(old, new) == expected


def test_the_shift_names_values_and_where_they_go() -> None:
    old = a_node(inputs=[A, a_widget("quality", default=95), SEED])
    new = a_node(inputs=[A, a_widget("dpi", default=300), a_widget("quality", default=95), SEED])
    (change,) = compare(a_face(old), a_face(new))
    assert (change.kind, change.bump, change.look_for) == ("widget-order-shifted", "major", "dpi")
    assert "'dpi' came before" in change.what
    assert "'quality' (value 2) goes to 'dpi'" in change.what
    assert "'seed' (value 3) goes to 'quality'" in change.what
    assert "the control_after_generate of 'seed' (value 4) goes to 'seed'" in change.what


def test_a_widget_that_became_a_socket_shifts_those_behind_it() -> None:
    socket = a_widget("a", "STRING", forceInput=True)
    assert between([A, B], [socket, B]) == ["widget-order-shifted"]


@pytest.mark.parametrize("group", ["required", "optional"])
def test_the_value_of_a_last_widget_that_became_a_socket_is_lost(group: str) -> None:
    widget = a_widget("a", "STRING", group=group, default="a")
    socket = a_widget("a", "STRING", group=group, forceInput=True)
    (change,) = compare(a_face(a_node(inputs=[B, widget])), a_face(a_node(inputs=[B, socket])))
    assert (change.kind, change.look_for) == ("widget-order-shifted", "a")
    assert ("does not run without a link" in change.what) == (group == "required")
    assert between([B, socket], [B, widget]) == []


def test_one_required_socket_of_several_is_enough_to_stop_the_node() -> None:
    kept = a_widget("kept", default=1)
    sockets = [a_widget("a", "STRING", forceInput=True)]
    sockets.append(a_widget("b", "STRING", group="optional", forceInput=True))
    widgets = [a_widget("a", "STRING"), a_widget("b", "STRING", group="optional")]
    old, new = a_node(inputs=[kept, *widgets]), a_node(inputs=[kept, *sockets])
    (change,) = compare(a_face(old), a_face(new))
    assert "'a', 'b' are no widgets any more" in change.what
    assert "does not run without a link" in change.what


def test_a_seed_that_came_is_told_without_its_control() -> None:
    (change,) = compare(a_face(a_node(inputs=[A])), a_face(a_node(inputs=[SEED, A])))
    assert change.what.startswith("'seed' came before")


def test_what_is_lost_with_an_input() -> None:
    old = a_node(inputs=[A, IMAGE, B])
    told = [c.what for c in compare(a_face(old), a_face(a_node(inputs=[A])))]
    assert [text.partition(" is gone: ")[2][:10] for text in told] == ["the link t", "the value "]


def test_a_widget_that_became_a_socket_of_another_type_is_told_by_its_type() -> None:
    assert between([B, A], [B, an_input("a", "IMAGE")]) == ["input-type-narrowed"]


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (a_widget("glue_text", "STRING", default="-"), ["input-renamed"]),
        (a_widget("joiner", "STRING", default="-"), ["input-renamed"]),
        (a_widget("glue", "INT", default=1), ["input-type-narrowed"]),
        (a_widget("other", "STRING", default="+"), ["input-renamed", "default-changed"]),
        (a_widget("number", "INT", default=1), ["widget-order-shifted"]),
    ],
)
def test_an_input_under_another_name_is_neither_gone_nor_new(
    new: InputFacts, expected: list[str]
) -> None:
    assert between([A, a_widget("glue", "STRING", default="-"), B], [A, new, B]) == expected


def test_a_like_name_alone_makes_no_pair() -> None:
    glue = a_widget("glue", "STRING", default="-")
    other = a_widget("glue_text", "STRING", default="+")
    assert "input-renamed" not in between([glue, A, B], [A, B, other])


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"io_type": "IMAGE"}, {"io_type": "IMAGE,MASK"}, []),
        ({"io_type": "IMAGE,MASK"}, {"io_type": "MASK"}, ["input-type-narrowed"]),
        ({"io_type": "IMAGE"}, {"io_type": "*"}, []),
        ({"io_type": "*"}, {"io_type": "IMAGE"}, ["input-type-narrowed"]),
        ({"io_type": "IMAGE"}, {"io_type": "Any", "neutral": True}, []),
        ({"io_type": "COMBO", "options": ["a"]}, {"io_type": "STRING"}, []),
        ({"io_type": "INT"}, {"io_type": "FLOAT"}, ["input-type-narrowed"]),
    ],
)
def test_types(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert between([an_input("x", **old)], [an_input("x", **new)]) == expected


def test_an_input_for_everything_refuses_other_types_now() -> None:
    old, new = (a_node(inputs=[an_input("x", each)]) for each in ("*", "IMAGE"))
    (change,) = compare(a_face(old), a_face(new))
    assert change.what.endswith("links and values of other types are refused")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"min": 0, "max": 9}, {"min": 0, "max": 9}, []),
        ({"min": 0, "max": 9}, {"min": -1, "max": 10}, []),
        ({"min": 0, "max": 9}, {"min": 1, "max": 9}, ["range-narrowed"]),
        ({"min": 0, "max": 9}, {"min": 0, "max": 8}, ["range-narrowed"]),
        ({"min": 0, "max": 9}, {}, []),
        ({}, {"min": 0, "max": 4096}, []),
        ({}, {"min": 0, "max": 100}, ["range-narrowed"]),
        ({}, {"min": 0, "max": 2048}, []),
        ({}, {"max": 2047}, ["range-narrowed"]),
        ({}, {"min": 1}, ["range-narrowed"]),
        ({"step": 8}, {"step": 1}, []),
        ({"default": 1}, {"default": 2}, ["default-changed"]),
        ({"default": 1}, {"default": 1.0}, []),
        ({"default": 1}, {"default": True}, ["default-changed"]),
        ({}, {"default": 2}, []),
    ],
)
def test_numbers(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert between([a_widget("n", **old)], [a_widget("n", **new)]) == expected


def test_a_range_is_of_numbers_alone() -> None:
    texts = [a_widget("x", "STRING", default="", min=limit) for limit in (0, 5)]
    assert between(texts[:1], texts[1:]) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["a", "b"], ["b", "a"], []),
        (["a", "b"], ["a", "b", "c"], []),
        (["a", "b"], ["a"], ["option-removed"]),
        (["a", "b"], [], []),
    ],
)
def test_options(old: list[str], new: list[str], expected: list[str]) -> None:
    with_default = [a_widget("c", "COMBO", options=o, default="a") for o in (old, new)]
    assert between([with_default[0]], [with_default[1]]) == expected


@pytest.mark.parametrize("changing", ["old", "new"])
def test_nothing_is_said_of_options_that_depend_on_files(changing: str) -> None:
    faces = {
        name: a_face(a_node(inputs=[a_widget("c", "COMBO", options=options)]))
        for name, options in (("old", ["a", "b"]), ("new", ["b"]))
    }
    faces[changing]["nodes"][0]["inputs"][0]["volatile"] = True
    assert compare(faces["old"], faces["new"]) == []


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["a", "b"], ["a", "c", "b"], []),
        (["a", "b"], ["b", "a"], ["default-changed"]),
        (["a", "b"], ["b"], ["option-removed"]),
        ([], ["a"], []),
    ],
)
def test_a_list_without_a_default_begins_with_its_first_option(
    old: list[str], new: list[str], expected: list[str]
) -> None:
    lists = [a_widget("c", "COMBO", options=o) for o in (old, new)]
    assert between([lists[0]], [lists[1]]) == expected


def test_one_option_and_a_list_of_them_are_values_of_different_forms() -> None:
    one = a_widget("c", "COMBO", options=["a", "b"])
    several = a_widget("c", "COMBO", options=["a", "b"], multiselect=True)
    assert between([one], [several]) == between([several], [one]) == ["input-type-narrowed"]
    assert between([several], [several]) == []


def test_a_default_that_went_with_its_option_is_told_there() -> None:
    old = a_widget("c", "COMBO", options=["a", "b"], default="b")
    new = a_widget("c", "COMBO", options=["a"], default="a")
    assert between([old], [new]) == ["option-removed"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["A", "B"], ["A", "B"], []),
        (["A", "B"], ["A"], ["output-removed"]),
        (["A", "B"], ["A", "B", "C"], ["output-added"]),
        (["A", "B"], ["A", "C"], ["output-retyped"]),
        (["A", "B"], ["B", "A"], ["output-order-changed"]),
        (["A", "B"], ["C", "A", "B"], ["output-order-changed"]),
        (["A", "B"], ["B"], ["output-order-changed"]),
        (["A", "A"], ["A", "A", "A"], ["output-added"]),
        (["A", "B"], ["A", "*"], []),
        (["A", "*"], ["A", "B"], ["output-retyped"]),
        (["A", "B"], ["B", "B"], ["output-retyped"]),
        (["A", "B", "A"], ["A", "A"], ["output-order-changed"]),
        (["A"], ["A,B"], []),
        (["A,B"], ["B,A"], []),
        (["A,B"], ["A"], ["output-retyped"]),
    ],
)
def test_outputs(old: list[str], new: list[str], expected: list[str]) -> None:
    before, after = ([an_output(t) for t in types] for types in (old, new))
    assert kinds(a_node(outputs=before), a_node(outputs=after)) == expected


def test_outputs_of_one_name_are_told_apart() -> None:
    old, new = (a_node(outputs=[an_output(t, "out")] * 2) for t in "AB")
    assert [c.name for c in compare(a_face(old), a_face(new))] == ["out (0)", "out (1)"]


def test_names_and_list_flags_of_outputs() -> None:
    old = a_node(outputs=[an_output("A", "one"), an_output("A", "two")])
    renamed = a_node(outputs=[an_output("A", "one"), an_output("A", "deux")])
    listed = a_node(outputs=[an_output("A", o, is_list=True) for o in ("one", "two")])
    assert kinds(old, renamed) == ["output-renamed"]
    assert kinds(old, listed) == ["list-flags-changed"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"category": "a"}, {"category": "b"}, ["category-changed"]),
        ({"display_name": "A"}, {"display_name": "B"}, ["display-name-changed"]),
        ({"output_node": True}, {}, ["output-node-lost"]),
        ({}, {"output_node": True}, ["output-node-gained"]),
        ({"class_name": "One"}, {"class_name": "Two"}, ["class-renamed"]),
        ({"class_name": "One"}, {"class_name": "Two", "kind": "v3"}, []),
    ],
)
def test_attributes(old: dict[str, Any], new: dict[str, Any], expected: list[str]) -> None:
    assert kinds(titled(**old), titled(**new)) == expected


def test_the_method_that_others_call() -> None:
    def node(name: str) -> NodeDescription:
        value = {"value": name, "type": "str", "defects": []}
        return a_node(attributes={"FUNCTION": value})  # type: ignore[dict-item]

    assert kinds(node("run"), node("execute")) == ["function-renamed"]
    assert kinds(node("run"), a_node()) == kinds(a_node(), node("run")) == []


def test_a_node_that_became_v3_is_judged_like_any_other() -> None:
    old = titled(display_name="Invert it", outputs=[an_output("A"), an_output("B")])
    new = titled(kind="v3", route="v3", outputs=[an_output("A")])
    found = compare(a_face(old), {**a_face(new), "mapping": False})
    assert [c.kind for c in found] == ["mappings-gone", "output-removed", "display-name-changed"]
    assert "became a v3 node" in found[-1].what


def test_nodes_that_come_go_and_are_renamed() -> None:
    old = a_face(a_node("Kept"), a_node("Gone", class_name="Gone"), a_node("Old", class_name="X"))
    new = a_face(a_node("Kept"), a_node("New", class_name="X"), a_node("Added", class_name="Y"))
    found = [(c.kind, c.node, c.name, c.gone) for c in compare(old, new)]
    assert found == [
        ("node-removed", "Gone", "Gone", True),
        ("node-renamed", "Old", "New", True),
        ("node-added", "Added", None, False),
    ]


@pytest.mark.parametrize(("target", "expected"), [("New", []), ("Nowhere", ["node-removed"])])
def test_replacement_rules_count_where_their_node_exists(target: str, expected: list[str]) -> None:
    rule = {"old_node_id": "Gone", "new_node_id": target}
    old = a_face(a_node("Gone", class_name="P"), a_node("New", class_name="Q"))
    new = a_face(a_node("New", class_name="Q"), replacements=[rule])
    assert [change.kind for change in compare(old, new)] == expected


def test_modules_that_went_with_their_folder_are_told_once() -> None:
    old = a_face(a_node(), modules=["nodes", "py", "py.a", "py.b"])
    new = a_face(a_node(), modules=["nodes"])
    (change,) = compare(old, new)
    assert (change.kind, change.name) == ("module-removed", "py")
    assert "2 modules" in change.what


def test_modules_with_names_that_begin_alike_are_told_one_by_one() -> None:
    found = compare(a_face(a_node(), modules=["py", "pytools"]), a_face(a_node(), modules=[]))
    assert [change.name for change in found] == ["py", "pytools"]


def test_modules_that_tools_and_the_host_run_are_imported_by_nobody() -> None:
    run = ["conftest", "docs.conf", "install", "prestartup_script", "setup", "sub.conftest"]
    old = a_face(a_node(), modules=[*run, "build", "sub.setup"])
    found = compare(old, a_face(a_node(), modules=[]))
    assert [change.name for change in found] == ["build", "sub.setup"]


def test_nothing_is_said_of_a_node_without_a_schema() -> None:
    broken = a_node(failure=a_failure())
    assert kinds(a_node(inputs=[A]), broken) == kinds(broken, a_node(inputs=[A])) == []


def test_every_kind_has_a_check_of_its_name_and_bump() -> None:
    from studio_conformance.checks import checks_of

    checks = {check.slug: check for check in checks_of("RELEASE")}
    for kind in set(BUMPS) - ADDITIONS:
        assert checks[kind].bump == BUMPS[kind]
        assert checks[kind].level == ("error" if BUMPS[kind] == "major" else "warning")
