"""Where in the new pack a change is to be looked at."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

from studio_conformance.checks import Location
from studio_conformance.checks._widgets import schema_role
from studio_conformance.release.changes import Change
from studio_conformance.release.interface import Interface
from studio_conformance.subject import Node, Pack

MAPPINGS = "NODE_CLASS_MAPPINGS"
TITLES = "NODE_DISPLAY_NAME_MAPPINGS"


def placed_in_pack(changes: list[Change], pack: Pack) -> list[Change]:
    """The changes with file (absolute) and line, as near as the new source tells."""
    nodes = {node.key: node for node in pack.nodes}
    mapping = (
        mapping_location(pack) if any(c.gone or c.part == "mapping" for c in changes) else None
    )
    return [_placed(change, nodes, mapping or pack.at()) for change in changes]


def placed_by_face(changes: list[Change], new: Interface, root: Path | None) -> list[Change]:
    """The same where no source is at hand: the class, as the interface says."""
    faces = {node["id"]: node for node in new["nodes"]}
    placed = []
    for change in changes:
        face = faces.get(change.look_for or "") if change.gone else faces.get(change.node or "")
        file, line = (face["file"], face["line"]) if face else (None, None)
        file = file or "__init__.py"
        placed.append(replace(change, file=str(root / file) if root else file, line=line or 1))
    return placed


def _placed(change: Change, nodes: dict[str, Node], mapping: Location) -> Change:
    node = nodes.get(change.node or "")
    where = mapping if node is None else _within(change, node)
    return replace(change, file=where.file, line=where.line)


def _within(change: Change, node: Node) -> Location:
    role = schema_role(node)
    if change.part == "inputs":
        return node.locate(change.look_for) if change.look_for else node.locate_method(role)
    if change.part == "outputs":
        return _output(change, node)
    if change.part == "attribute" and change.look_for:
        return node.locate_attribute(change.look_for) if node.kind == "v1" else _method(node, role)
    if change.part == "mapping":
        return _title(node) or node.location
    return node.location


def _output(change: Change, node: Node) -> Location:
    if node.kind == "v3":
        return node.locate(change.look_for) if change.look_for else _method(node, "define_schema")
    name = "RETURN_NAMES" if change.kind == "output-renamed" else "RETURN_TYPES"
    return node.locate_attribute(name)


def _method(node: Node, role: str) -> Location:
    return node.locate_method(role)


def _title(node: Node) -> Location | None:
    """The line that gives a v1 node its display name."""
    if node.kind == "v3":
        return _method(node, "define_schema")
    for file in node.pack.source.mentioning(TITLES):
        tree = node.pack.source.tree(file)
        for each in ast.walk(tree) if tree else ():
            keys = each.keys if isinstance(each, ast.Dict) else ()
            lines = [k.lineno for k in keys if isinstance(k, ast.Constant) and k.value == node.key]
            if lines:
                return Location(str(file), lines[-1])
    return None


def mapping_location(pack: Pack) -> Location:
    """Where the pack lists its nodes: the mapping, or get_node_list; else its first line."""
    for file in sorted(pack.source.mentioning(MAPPINGS), key=lambda f: f != pack.entry_file):
        line = _line_of_mapping(pack, file)
        if line is not None:
            return Location(str(file), line)
    for file in pack.source.mentioning("get_node_list"):
        for method in pack.source.statements(file, ast.AsyncFunctionDef):
            if method.name == "get_node_list":
                return Location(str(file), method.lineno)
    return pack.at()


def _line_of_mapping(pack: Pack, file: Path) -> int | None:
    """An assignment to the mapping, or the import that brings it."""
    for statement in pack.source.statements(file, ast.Assign):
        if any(isinstance(t, ast.Name) and t.id == MAPPINGS for t in statement.targets):
            return statement.lineno
    for line in pack.source.imports(file):
        if any(MAPPINGS in (alias.name, alias.asname) for alias in line.names):
            return line.lineno
    return None
