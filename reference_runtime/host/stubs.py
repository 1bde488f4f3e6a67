"""Recording stubs: class-like values for host names that exist here in name only.

A stub can be subclassed, used as a decorator or annotation, asked for attributes and iterated (it
is empty). Calling it while a pack is imported gives another stub, so that module-level set-up code
gets through; calling it later raises HostFeatureMissing, because a made-up result would be a lie.
"""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterator
from typing import Any, TypeVar

from reference_runtime.host.missing import HostFeatureMissing
from reference_runtime.touches import LOG, Kind

# What a v1 node class may inherit: asking a pack's class for it must not look like the pack's
# fault.
_INTERFACE = frozenset({"INPUT_TYPES", "RETURN_TYPES", "FUNCTION", "CATEGORY"})

_T = TypeVar("_T")


def is_dunder(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


class StubMeta(ABCMeta):
    """Metaclass of stubs. A class the pack derives from a stub is an ordinary class again."""

    def _is_stub(cls) -> bool:
        return "_stub_name" in cls.__dict__

    def __getattr__(cls, name: str) -> Any:
        if name.startswith(("__", "_abc_", "_stub_")):
            raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")
        if cls._is_stub():
            return _child(cls, f".{name}")
        if name in _INTERFACE:
            raise HostFeatureMissing(f"{stub_name(cls)}.{name}", stub_reason(cls))
        raise AttributeError(f"type object {cls.__name__!r} has no attribute {name!r}")

    @property
    def register(cls) -> Any:
        """Not ABCMeta's: ``@host.thing.register("name")`` is a common decorator."""
        return _child(cls, ".register") if cls._is_stub() else super().register

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if not cls._is_stub():
            return super().__call__(*args, **kwargs)
        if LOG.phase != "import":
            raise HostFeatureMissing(stub_name(cls), stub_reason(cls))
        if len(args) == 1 and not kwargs and _is_decorated(args[0]):
            return args[0]
        return _child(cls, "()")

    def __iter__(cls) -> Iterator[Any]:
        return iter(())

    def __len__(cls) -> int:
        return 0

    def __bool__(cls) -> bool:
        return True

    def __contains__(cls, item: object) -> bool:
        return False

    def __getitem__(cls, item: object) -> Any:
        return _child(cls, "[]") if cls._is_stub() else cls

    def __setitem__(cls, key: object, value: object) -> None:
        """Accepted and forgotten: packs register themselves in host tables at import."""


def _is_decorated(value: object) -> bool:
    return callable(value) and not isinstance(value, StubMeta)


def _child(cls: StubMeta, suffix: str) -> Any:
    children: dict[str, Any] = cls.__dict__["_stub_children"]
    if suffix not in children or not suffix.startswith("."):
        made = make_stub(stub_name(cls) + suffix, stub_kind(cls), stub_reason(cls))
        children[suffix] = (
            made  # an attribute is the same object next time: packs compare with "is"
        )
    return children[suffix]


def make_stub(name: str, kind: Kind, reason: str = "needs a real host") -> Any:
    """A new stub for the dotted host name; ``kind`` is what a touch of it is recorded as."""

    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        if LOG.phase != "import":
            raise HostFeatureMissing(name, reason)

    module, _, last = name.rpartition(".")
    namespace = {
        "_stub_name": name,
        "_stub_kind": kind,
        "_stub_reason": reason,
        "_stub_children": {},
        "__init__": refuse,
        "__module__": module,
        "__doc__": f"Stand-in: {name} {reason}.",
    }
    return StubMeta(last, (), namespace)


def is_stub(value: object) -> bool:
    return isinstance(value, StubMeta) and "_stub_name" in value.__dict__


def stub_name(cls: Any) -> str:
    return str(cls._stub_name)


def stub_kind(cls: Any) -> Kind:
    kind: Kind = cls._stub_kind
    return kind


def stub_reason(cls: Any) -> str:
    return str(cls._stub_reason)


def model_code(value: _T) -> _T:
    """Mark a hand-written class or function as model code (touch kind "stand-in")."""
    value._host_stand_in = True  # type: ignore[attr-defined]
    return value


def kind_of(value: object) -> Kind:
    """How a touch of this value of a stand-in module is recorded."""
    if is_stub(value):
        return stub_kind(value)
    # Looked up in the value's own dict: a pack's subclass of a stand-in is no stand-in.
    own = getattr(value, "__dict__", {})
    return "stand-in" if "_host_stand_in" in own else "host"
