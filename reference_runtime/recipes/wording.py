"""Recipes for people: a short text for reports, and Python to paste."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reference_runtime.plain import safe_repr

MAX_VALUE = 60
_FORMS = frozenset(("make", "value", "list", "tuple", "dict"))
_OWN = ("make", "fake", "shape", "fill")


def text(recipe: Any) -> str:
    """Short: "3", "'add'", "IMAGE 1x64x64x3 uniform seed=7", "fake MODEL", "[1, 2]"."""
    if not isinstance(recipe, Mapping):
        return safe_repr(recipe, MAX_VALUE)
    if "value" in recipe:
        return safe_repr(recipe["value"], MAX_VALUE)
    if "list" in recipe:
        return f"[{_joined(text, recipe['list'])}]"
    if "tuple" in recipe:
        return f"({_joined(text, recipe['tuple'])})"
    if "dict" in recipe:
        return f"{{{', '.join(f'{name}: {text(each)}' for name, each in recipe['dict'].items())}}}"
    if recipe.get("make") == "OUTPUT":
        given = ", ".join(f"{name}={text(each)}" for name, each in recipe["inputs"].items())
        return f"output {recipe['output']} of {recipe['node']}({given})"
    return " ".join(_words(recipe))


def _joined(word: Callable[[Any], str], recipes: Iterable[Any]) -> str:
    return ", ".join(word(each) for each in recipes)


def _words(recipe: Mapping[str, Any]) -> list[str]:
    words = ["fake"] if recipe.get("fake") else []
    words.append(str(recipe.get("make")))
    if "shape" in recipe:
        words.append("x".join(map(str, recipe["shape"])))
    if "fill" in recipe:
        words.append(str(recipe["fill"]))
    rest = {name: each for name, each in recipe.items() if name not in _OWN}
    return words + [f"{name}={_inner(each)}" for name, each in rest.items()]


def _inner(value: Any) -> str:
    if isinstance(value, Mapping) and not {"make", "value", "list", "tuple", "dict"}.isdisjoint(
        value
    ):
        return f"({text(value)})"
    return safe_repr(value, MAX_VALUE)


def is_fake(recipe: Any) -> bool:
    """Whether the value is a fake or holds one."""
    return bool(fakes_in(recipe))


def fakes_in(recipe: Any) -> list[str]:
    """io types of the fakes that the value is or holds, in the order they stand."""
    if not isinstance(recipe, Mapping) or "value" in recipe:
        return []
    if recipe.get("fake"):
        return [str(recipe.get("make"))]
    held = [each for each in recipe.values() if isinstance(each, (Mapping, list, tuple))]
    inner = [
        part for each in held for part in (each.values() if isinstance(each, Mapping) else each)
    ]
    return [kind for part in [*held, *inner] for kind in fakes_in(part)]


def snippet(recipe: Any) -> str:
    """A Python expression for the value; it may call ``make`` of ``reference_runtime.recipes``."""
    if isinstance(recipe, Mapping) and "value" in recipe:
        return repr(recipe["value"])
    if isinstance(recipe, Mapping) and "list" in recipe:
        return f"[{_joined(snippet, recipe['list'])}]"
    return f"make({dict(recipe) if isinstance(recipe, Mapping) else recipe!r})"
