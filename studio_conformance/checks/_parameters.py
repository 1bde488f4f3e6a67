"""What the host passes to a method, and what the method takes. The host passes inputs by name."""

from __future__ import annotations

from keyword import iskeyword

from reference_runtime.description import ParameterFacts
from studio_conformance.checks import NotApplicable
from studio_conformance.checks._body import method_body
from studio_conformance.subject import Node

_NAMED = ("positional_or_keyword", "keyword_only")
_ON_CLASS = ("IS_CHANGED", "VALIDATE_INPUTS")
"""v1 methods that the host calls on the class: a plain function keeps its first parameter."""


def either(node: Node, v1: str, v3: str) -> str:
    """The role that is called ``v1`` in a v1 node and ``v3`` in a v3 node."""
    return v1 if node.kind == "v1" else v3


def parameters(node: Node, role: str) -> list[ParameterFacts]:
    """The parameters that the host has to fill.

    Raises NotApplicable when the method is absent or its parameters can't be known.
    """
    if node.facts["input_types_form"] is not None:
        raise NotApplicable("INPUT_TYPES gives no groups of inputs (see input-types-shape)")
    function = method_body(node, role)
    method = node.method(role)
    if method is None or method["parameters"] is None or not node.described:
        raise NotApplicable(f"the parameters of {role} can't be read")
    positional = [*function.args.posonlyargs, *function.args.args]
    if method["form"] == "function" and role in _ON_CLASS and positional:
        first = positional[0].arg
        if first in all_names(node):
            defaults = len(function.args.defaults) == len(positional)
            own: ParameterFacts = {
                "name": first,
                "kind": "positional_or_keyword",
                "has_default": defaults,
            }
            return [own, *method["parameters"]]
    return method["parameters"]


def takes_any(given: list[ParameterFacts]) -> bool:
    """Whether there is a ``**kwargs``."""
    return any(each["kind"] == "var_keyword" for each in given)


def input_names(node: Node, group: str | None = None) -> list[str]:
    """Input ids that can be parameters at all (others are the schema checks' business)."""
    return [
        item["id"]
        for item in node.inputs
        if group in (None, item["group"])
        and item["id"].isidentifier()
        and not iskeyword(item["id"])
        and item["id"] not in ("cls", "self")
    ]


def delivered_hidden(node: Node) -> list[str]:
    """Names of hidden values that arrive as arguments: those of v1 nodes that the host knows."""
    brand = node.level.brand.upper()
    tokens = {"DYNPROMPT", "EXTRA_PNGINFO", "PROMPT", "UNIQUE_ID"}
    tokens |= {f"AUTH_TOKEN_{brand}_ORG", f"API_KEY_{brand}_ORG"}
    return [
        item["name"]
        for item in node.hidden
        if node.kind == "v1" and item["form"] == "string" and item["value"] in tokens
    ]


def all_names(node: Node) -> set[str]:
    """Every name that may come as an argument: inputs and, for v1, all hidden entries."""
    hidden = {item["name"] for item in node.hidden} if node.kind == "v1" else set()
    return {item["id"] for item in node.inputs} | hidden


def refused(node: Node, given: list[ParameterFacts]) -> list[str]:
    """Names that the host passes and the method does not take."""
    if takes_any(given):
        return []
    taken = {each["name"] for each in given if each["kind"] in _NAMED}
    return [name for name in [*input_names(node), *delivered_hidden(node)] if name not in taken]


def unfilled(node: Node, given: list[ParameterFacts]) -> list[str]:
    """Parameters without a default that are no input: nobody passes them."""
    known = all_names(node)
    return [
        each["name"]
        for each in given
        if each["name"] not in known
        and not each["has_default"]
        and not each["kind"].startswith("var_")
    ]


def need_default(node: Node, given: list[ParameterFacts]) -> list[str]:
    """Parameters of optional inputs that have no default."""
    optional = input_names(node, "optional")
    return [each["name"] for each in given if each["name"] in optional and not each["has_default"]]


def misfits(node: Node, given: list[ParameterFacts]) -> str:
    """Why a call with all inputs, or with the required ones only, fails; "" when it does not."""
    found = {
        "takes no": refused(node, given),
        "needs, though it is no input,": unfilled(node, given),
        "has no default for the optional": need_default(node, given),
    }
    return "; ".join(
        f"{problem} {', '.join(map(repr, names))}" for problem, names in found.items() if names
    )
