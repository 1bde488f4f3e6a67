"""Methods of node classes as facts: their form, their signature, where they stand."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal

from reference_runtime.description import MethodFacts, ParameterFacts
from reference_runtime.loading.lines import code_of, def_line

Form = Literal["classmethod", "staticmethod", "function", "other"]
_KINDS: dict[Any, Any] = {
    inspect.Parameter.POSITIONAL_ONLY: "positional_only",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "positional_or_keyword",
    inspect.Parameter.VAR_POSITIONAL: "var_positional",
    inspect.Parameter.KEYWORD_ONLY: "keyword_only",
    inspect.Parameter.VAR_KEYWORD: "var_keyword",
}


def method_facts(cls: type, name: str) -> MethodFacts | None:
    """Facts of ``cls.name`` as defined (own or inherited); None when there is no such name."""
    owner = next((each for each in cls.__mro__ if name in each.__dict__), None)
    if owner is None:
        return None
    raw = owner.__dict__[name]
    form, function = _form(raw)
    code = code_of(raw)
    return {
        "name": name,
        "form": form,
        "is_async": inspect.iscoroutinefunction(function),
        "hides_async": _hides_async(function),
        "parameters": _parameters(function, form),
        "defined_in": owner.__qualname__,
        "file": code.co_filename if code else None,
        "line": def_line(code.co_filename, code.co_firstlineno) if code else None,
    }


def _form(raw: Any) -> tuple[Form, Any]:
    if isinstance(raw, classmethod):
        return "classmethod", raw.__func__
    if isinstance(raw, staticmethod):
        return "staticmethod", raw.__func__
    return ("function" if inspect.isfunction(raw) else "other"), raw


def _hides_async(function: Any) -> bool:
    """Whether a synchronous wrapper stands around a coroutine function."""
    if inspect.iscoroutinefunction(function):
        return False
    try:
        return inspect.iscoroutinefunction(inspect.unwrap(function))
    except ValueError:
        return False


def _parameters(function: Any, form: Form) -> list[ParameterFacts] | None:
    """Parameters without the one that ``cls`` or ``self`` fills; None when they can't be read."""
    found = _signature(function)
    if found is None:
        return None
    parameters = list(found.parameters.values())
    bound = form in ("classmethod", "function")
    if bound and parameters and parameters[0].kind is not inspect.Parameter.VAR_POSITIONAL:
        parameters = parameters[1:]
    return [_parameter(each) for each in parameters]


def _signature(function: Callable[..., Any]) -> inspect.Signature | None:
    try:
        return inspect.signature(function)
    except (ValueError, TypeError):
        return None


def _parameter(parameter: inspect.Parameter) -> ParameterFacts:
    return {
        "name": parameter.name,
        "kind": _KINDS[parameter.kind],
        "has_default": parameter.default is not inspect.Parameter.empty,
    }


def builds_without_arguments(cls: type) -> bool:
    """Whether ``cls()`` fits the signature of ``__init__``; unreadable ones count as fitting."""
    init = cls.__init__  # type: ignore[misc]
    signature = None if init is object.__init__ else _signature(init)
    if signature is None:
        return True
    needed = [
        parameter
        for parameter in list(signature.parameters.values())[1:]
        if parameter.default is inspect.Parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]
    return not needed
