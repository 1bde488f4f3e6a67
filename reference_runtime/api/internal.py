"""Class machinery under the node API: markers, overrides, clones, locks.

Source of the rules: behaviour of ``comfy_api.internal`` at ComfyUI 0.3.64 (same names and results
at Hanzo Studio 0.3.71). The host recognises v3 classes and results by the two marker bases here, so
both module trees must share these very objects.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import asdict
from typing import Any


class _ComfyNodeInternal:
    """Marker base: the host takes a class for a v3 node when it derives from this."""

    @classmethod
    def GET_NODE_INFO_V1(cls) -> Any: ...


class _NodeOutputInternal:
    """Marker base: the host takes a result for a v3 result when it is an instance of this."""


def first_real_override(
    cls: type, name: str, *, base: type | None = None
) -> Callable[..., Any] | None:
    """Return ``cls.name`` bound to ``cls`` if a class below ``base`` redefines it, else None.

    ``base`` defaults to ``cls.GET_BASE_CLASS()``; ValueError when there is none. Only classmethods
    are understood: a plain function or staticmethod raises AttributeError about ``__func__``, as in
    the host.
    """
    if base is None:
        if not hasattr(cls, "GET_BASE_CLASS"):
            raise ValueError(f"{cls.__name__} has no GET_BASE_CLASS: pass base=")
        base = cls.GET_BASE_CLASS()
    inherited = getattr(base, name, None)
    if inherited is None:
        return None
    original = inherited.__func__
    for owner in cls.__mro__:
        if owner is base:
            break
        if name in owner.__dict__:
            bound: Any = getattr(cls, name)
            if bound.__func__ is not original:
                return bound  # type: ignore[no-any-return]
    return None


def prune_dict(d: dict[Any, Any]) -> dict[Any, Any]:
    """A copy without the entries whose value is exactly None (0, "" and False stay)."""
    return {key: value for key, value in d.items() if value is not None}


def as_pruned_dict(dataclass_obj: Any) -> dict[str, Any]:
    """``prune_dict`` of a dataclass instance's fields."""
    return prune_dict(asdict(dataclass_obj))


def is_class(obj: Any) -> bool:
    """Whether ``obj`` is a class."""
    return isinstance(obj, type)


def copy_class(cls: type | None) -> type | None:
    """A subclass of ``cls`` with its name, module and namespace; None gives None."""
    if cls is None:
        return None
    return type(cls)(cls.__name__, (cls,), _namespace(cls))


class classproperty:
    """A read-only property of the class. Inherits: a subclass is asked with itself as ``cls``."""

    def __init__(self, f: Callable[[Any], Any]) -> None:
        self.f = f
        self.__doc__ = f.__doc__

    def __get__(self, obj: Any, owner: type) -> Any:
        return self.f(owner)


def shallow_clone_class(cls: type, new_name: str | None = None) -> type:
    """A new class on top of ``cls``, called ``new_name`` or the old name plus "Clone".

    The namespace is carried over, so a class with ``__slots__`` raises ValueError and an
    ``__init_subclass__`` fires: both happen in the host.
    """
    name = new_name or cls.__name__ + "Clone"
    return type(cls)(name, (cls, *cls.__bases__), _namespace(cls))


def _namespace(cls: type) -> dict[str, Any]:
    # The getset descriptors belong to the old class's instances; the new class makes its own.
    skip = {"__dict__", "__weakref__"}
    return {key: value for key, value in cls.__dict__.items() if key not in skip}


def lock_class(cls: type) -> type:
    """A rebuild of ``cls`` (same name and bases) that refuses to set attributes.

    Setting on the class or on an instance raises AttributeError; mutable values stay mutable.
    """

    class LockedMeta(type(cls)):  # type: ignore[misc]
        def __setattr__(self, name: str, value: Any) -> None:
            # The host's words, which its clients show.
            raise AttributeError(
                f"Cannot modify class attribute '{name}' on locked class '{cls.__name__}'"
            )

    def refuse(self: Any, name: str, value: Any) -> None:
        raise AttributeError(
            f"instance attribute {name!r} can't be set: {cls.__name__} is locked while a node runs"
        )

    namespace = {**_namespace(cls), "__setattr__": refuse}
    return LockedMeta(cls.__name__, cls.__bases__, namespace)


def make_locked_method_func(type_obj: type, func: str, class_clone: type) -> Callable[..., Any]:
    """The class method ``func`` of ``type_obj`` as a function that runs on a locked clone.

    Coroutine methods give coroutine functions. Only classmethods work (AttributeError otherwise).
    """
    locked = lock_class(class_clone)
    method = getattr(type_obj, func).__func__
    if inspect.iscoroutinefunction(method):

        async def call_async(**inputs: Any) -> Any:
            return await method(locked, **inputs)

        return call_async

    def call(**inputs: Any) -> Any:
        return method(locked, **inputs)

    return call
