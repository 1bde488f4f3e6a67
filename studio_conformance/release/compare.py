"""What changed between two interfaces of a pack, one change for each root cause."""

from __future__ import annotations

from collections.abc import Iterator

from studio_conformance.release.changes import Change
from studio_conformance.release.compare_inputs import input_changes
from studio_conformance.release.compare_outputs import output_changes
from studio_conformance.release.interface import Interface, NodeFace
from studio_conformance.release.pairing import Renamed, pair_nodes

SCRIPTS = frozenset({
    "conftest", "disable", "enable", "install", "noxfile", "prestartup_script", "setup",
    "uninstall",
})  # fmt: skip
ASIDE = frozenset({"build", "dist", "docs", "examples"})
"""Folders of a checkout that are no part of the pack."""


def compare(old: Interface, new: Interface) -> list[Change]:
    """Every change that somebody can notice, the pack's first, then node by node."""
    pairs = pair_nodes(old, new)
    changes = [*_removed(pairs.removed), *_renamed(pairs.renamed), *_pack_changes(old, new)]
    for before, after in pairs.kept:
        changes += node_changes(before, after)
    added = (f"the node {node['id']!r} is new" for node in pairs.added)
    return changes + [
        Change("node-added", text, node["id"], part="class")
        for text, node in zip(added, pairs.added, strict=True)
    ]


def _removed(removed: list[NodeFace]) -> Iterator[Change]:
    for node in removed:
        text = f"the node {node['id']!r} ({node['display_name']}) is gone: workflows that have it "
        yield Change(
            "node-removed", text + "don't load", node["id"], node["id"], part="mapping", gone=True
        )


def _renamed(renamed: list[Renamed]) -> Iterator[Change]:
    for before, after, why in renamed:
        text = (
            f"the node {before['id']!r} is now called {after['id']!r} ({why}), and no replacement "
            "rule says so: workflows that have the old id don't load"
        )
        yield Change(
            "node-renamed", text, before["id"], after["id"], after["id"], part="mapping", gone=True
        )


def _pack_changes(old: Interface, new: Interface) -> Iterator[Change]:
    if old["mapping"] and not new["mapping"]:
        text = "the pack has no NODE_CLASS_MAPPINGS any more, which other packs import"
        yield Change("mappings-gone", text, part="mapping", gone=True)
    gone = sorted(each for each in {*old["modules"]} - {*new["modules"]} if not _is_run(each))
    # A folder that moved takes its modules along: say so once.
    for name in gone:
        if not any(name.startswith(f"{other}.") for other in gone if other != name):
            inside = sum(other.startswith(f"{name}.") for other in gone)
            more = f" with {inside} modules in it" if inside else ""
            text = f"the module {name!r}{more} is gone: packs that import it break"
            yield Change("module-removed", text, name=name, part="mapping", gone=True)


def _is_run(module: str) -> bool:
    """Whether a module is run by a tool or the host, and imported by no other pack."""
    top, _, rest = module.partition(".")
    return (
        (top in SCRIPTS and not rest)
        or (top in ASIDE and bool(rest))
        or module.endswith(".conftest")
    )


def node_changes(old: NodeFace, new: NodeFace) -> list[Change]:
    """The changes of one node that both have; nothing where one of them gave no schema."""
    if not (old["described"] and new["described"]):
        return []
    return [*output_changes(old, new), *input_changes(old, new), *_attributes(old, new)]


def _attributes(old: NodeFace, new: NodeFace) -> Iterator[Change]:
    node = new["id"]
    became = " since it became a v3 node" if (old["kind"], new["kind"]) == ("v1", "v3") else ""
    if old["input_is_list"] != new["input_is_list"]:
        verb = "now takes whole lists" if new["input_is_list"] else "no longer takes whole lists"
        text = f"the node {verb}{became}: it is called another number of times"
        yield Change("list-flags-changed", text, node, "inputs", "INPUT_IS_LIST", "attribute")
    yield from _output_node(old, new, became)
    if old["category"] != new["category"]:
        text = f"the category was {old['category']!r} and is {new['category']!r}{became}"
        yield Change("category-changed", text, node, None, "CATEGORY", "attribute")
    if old["display_name"] != new["display_name"]:
        text = f"it was shown as {old['display_name']!r} and is shown as {new['display_name']!r}"
        yield Change("display-name-changed", text + became, node, None, new["id"], "mapping")
    yield from _code(old, new)


def _output_node(old: NodeFace, new: NodeFace, became: str) -> Iterator[Change]:
    if old["output_node"] and not new["output_node"]:
        text = f"it is no output node any more{became}: it does not run unless its outputs are used"
        yield Change("output-node-lost", text, new["id"], None, "OUTPUT_NODE", "attribute")
    elif new["output_node"] and not old["output_node"]:
        text = f"it is an output node now{became}: it runs in every workflow that has it"
        yield Change("output-node-gained", text, new["id"], None, "OUTPUT_NODE", "attribute")


def _code(old: NodeFace, new: NodeFace) -> Iterator[Change]:
    """What packs that call the class notice. A node that became v3 is another class altogether."""
    if old["kind"] != new["kind"]:
        return
    if old["class_name"] != new["class_name"]:
        text = f"the class was {old['class_name']} and is {new['class_name']}"
        yield Change("class-renamed", f"{text}: packs that import it break", new["id"])
    if old["function"] and new["function"] and old["function"] != new["function"]:
        text = f"FUNCTION was {old['function']!r} and is {new['function']!r}"
        text += ": packs that call the method break"
        yield Change("function-renamed", text, new["id"], None, "FUNCTION", "attribute")
