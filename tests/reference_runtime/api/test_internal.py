"""Overrides, pruning, clones, locks, singletons and the version registry."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from reference_runtime.api import internal, registry, singleton


class Base:
    @classmethod
    def GET_BASE_CLASS(cls) -> Any:
        return Base

    @classmethod
    def work(cls) -> str:
        return "base"


class Own(Base):
    @classmethod
    def work(cls) -> str:
        return cls.__name__


class Below(Own):
    pass


def test_an_override_is_found_below_the_base_and_bound_to_the_class() -> None:
    found = internal.first_real_override(Below, "work")
    assert found is not None
    assert found() == "Below"


def test_no_override_gives_none() -> None:
    class Same(Base):
        pass

    assert internal.first_real_override(Same, "work") is None
    assert internal.first_real_override(Base, "work") is None


def test_a_base_is_needed() -> None:
    with pytest.raises(ValueError, match="GET_BASE_CLASS"):
        internal.first_real_override(int, "bit_length")
    assert internal.first_real_override(Own, "work", base=Base) is not None


def test_pruning() -> None:
    @dataclass
    class Pair:
        a: int | None = None
        b: int = 0

    assert internal.prune_dict({"a": None, "b": 0, "c": ""}) == {"b": 0, "c": ""}
    assert internal.as_pruned_dict(Pair()) == {"b": 0}


def test_classes_and_copies() -> None:
    assert internal.is_class(int)
    assert not internal.is_class(3)
    copy = internal.copy_class(Own)
    assert copy is not Own
    assert (copy.__name__, issubclass(copy, Own)) == ("Own", True)  # type: ignore[union-attr, arg-type]
    assert internal.copy_class(None) is None


def test_a_class_property_is_asked_with_the_subclass() -> None:
    class Named:
        name = internal.classproperty(lambda cls: cls.__name__)

    class Sub(Named):
        pass

    assert (Named.name, Sub.name, Sub().name) == ("Named", "Sub", "Sub")


def test_a_shallow_clone() -> None:
    clone = internal.shallow_clone_class(Own)
    assert (clone.__name__, clone.__bases__) == ("OwnClone", (Own, Base))
    assert internal.shallow_clone_class(Own, "Q").__name__ == "Q"


def test_a_locked_class() -> None:
    locked: Any = internal.lock_class(Own)
    with pytest.raises(AttributeError, match="Cannot modify class attribute 'x'"):
        locked.x = 1
    with pytest.raises(AttributeError, match="'x' can't be set"):
        locked().x = 1
    assert not hasattr(Own, "x")


def test_a_locked_method_runs_on_the_clone() -> None:
    clone = internal.shallow_clone_class(Own)
    assert internal.make_locked_method_func(Own, "work", clone)() == "OwnClone"


def test_a_locked_coroutine_method_gives_a_coroutine() -> None:
    class Async(Base):
        @classmethod
        async def work(cls, a: int) -> Any:  # type: ignore[override]
            return cls.__name__, a

    call = internal.make_locked_method_func(Async, "work", internal.shallow_clone_class(Async))
    assert asyncio.iscoroutinefunction(call)
    assert asyncio.run(call(a=2)) == ("AsyncClone", 2)


def test_only_classmethods_can_be_locked() -> None:
    class Static(Base):
        @staticmethod
        def work() -> str:  # type: ignore[override]
            return "static"

    with pytest.raises(AttributeError, match="__func__"):
        internal.make_locked_method_func(Static, "work", Static)


def test_the_markers_are_shared_by_both_trees() -> None:
    import comfy_api.internal as comfy  # type: ignore[import-not-found]
    import studio_api.internal as studio  # type: ignore[import-not-found]

    assert comfy._ComfyNodeInternal is studio._StudioNodeInternal
    assert comfy._NodeOutputInternal is studio._NodeOutputInternal


# --- singletons ---------------------------------------------------------------------------------


def test_calling_a_singleton_gives_the_one_instance() -> None:
    class One(singleton.ProxiedSingleton):
        def __init__(self, size: int = 1) -> None:
            super().__init__()
            self.size = size

    first = One.get_instance(size=3)
    assert One(9) is first
    assert first.size == 3
    with pytest.raises(AssertionError, match="already"):
        One.inject_instance(object())


def test_an_instance_can_be_put_in_place_first() -> None:
    class One(singleton.ProxiedSingleton):
        pass

    stand_in = object()
    One.inject_instance(stand_in)
    assert One() is stand_in


def test_the_version_registry_is_sorted_newest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_versions", [])
    entries = [
        registry.ComfyAPIWithVersion(version, registry.ComfyAPIBase)
        for version in ("0.0.2", "latest", "0.0.10")
    ]
    registry.register_versions(entries)
    registry.register_versions(entries[:1])
    assert [entry.version for entry in registry.get_all_versions()] == ["latest", "0.0.10", "0.0.2"]
