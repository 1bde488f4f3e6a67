"""What checks of the SCHEMA family share: widgets, file lists, and how execute takes its inputs."""

from __future__ import annotations

import ast
from typing import Any, TypeGuard

from reference_runtime.description import InputFacts
from studio_conformance.subject import Node

NUMBERS = ("INT", "FLOAT")
WIDGET_TYPES = ("INT", "FLOAT", "STRING", "BOOLEAN")

LISTS_FILES = frozenset(
    {
        "exists_annotated_filepath",
        "filter_files_content_types",
        "filter_files_extensions",
        "get_filename_list",
        "get_folder_paths",
        "get_input_directory",
        "glob",
        "iglob",
        "iterdir",
        "listdir",
        "recursive_search",
        "rglob",
        "scandir",
        "walk",
    }
)
"""Calls whose answer depends on the files of the machine: no verdict can rest on it here."""


def is_number(value: object) -> TypeGuard[float]:
    """Whether ``value`` is an int or float; bool is not."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def socket_only(item: InputFacts) -> bool:
    """Whether the frontend shows no widget, so that default and range say nothing to the user."""
    return bool(item["spec"].get("forceInput"))


def schema_role(node: Node) -> str:
    """The method that declares the inputs."""
    return "define_schema" if node.kind == "v3" else "INPUT_TYPES"


def depends_on_files(node: Node) -> bool:
    """Whether options of the node may come from a listing of files, which is empty here.

    Answered for the whole module that defines them: lists are often made once, at the top.
    """
    method = node.method(schema_role(node))
    file = method["file"] if method else node.facts["file"]
    tree = node.pack.source.tree(file) if file else None
    names = (_called(each) for each in ast.walk(tree) if isinstance(each, ast.Call)) if tree else ()
    return any(name in LISTS_FILES for name in names)


def _called(call: ast.Call) -> str | None:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", None)


def takes_any_keyword(node: Node) -> bool:
    """Whether execute has ``**kwargs``, or can't be read (then nothing is held against it)."""
    method = node.method("execute")
    if method is None or method["parameters"] is None:
        return True
    return any(p["kind"] == "var_keyword" for p in method["parameters"])


def offers(options: list[Any], value: Any) -> bool:
    """Whether Python and JavaScript both find ``value`` among ``options``: 1 is 1.0, not True."""
    return any(
        option == value and isinstance(option, bool) == isinstance(value, bool)
        for option in options
    )


def is_plain(item: InputFacts) -> bool:
    """Whether the input's entry is JSON throughout, without repr in place of what is not."""
    return not item["defects"]


def validates(node: Node, name: str) -> bool:
    """Whether the node has a validator that judges this input: the server then does not."""
    method = node.method("validate_inputs" if node.kind == "v3" else "VALIDATE_INPUTS")
    if method is None or method["parameters"] is None:
        return method is not None
    return any(p["kind"] == "var_keyword" or p["name"] == name for p in method["parameters"])
