"""Synchronous twins of asynchronous classes: each coroutine runs on a worker thread.

Source of the rules: what ``ComfyAPISync`` does. One loop per call, created and closed in that
thread, so a twin may be used while a loop is running in the calling thread.
"""

from __future__ import annotations

import contextvars
import functools
import inspect
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from reference_runtime.api.singleton import ProxiedSingleton, SingletonMetaclass


class AsyncToSyncConverter:
    """Makes synchronous twins and runs their coroutines."""

    _pool: ThreadPoolExecutor | None = None
    _lock = threading.Lock()

    @classmethod
    def get_thread_pool(cls, max_workers: int | None = None) -> ThreadPoolExecutor:
        """The pool that runs coroutines, made on first use."""
        with cls._lock:
            if cls._pool is None:
                cls._pool = ThreadPoolExecutor(max_workers, thread_name_prefix="api-sync")
            return cls._pool

    @classmethod
    def run_async_in_thread(cls, coro_func: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run the coroutine function to its end and return its value; raises what it raises."""
        import asyncio  # it costs more than all the rest of the API together

        context = contextvars.copy_context()

        def run() -> Any:
            return context.run(asyncio.run, coro_func(*args, **kwargs))

        return cls.get_thread_pool().submit(run).result()

    @classmethod
    def create_sync_class(cls, async_class: type, thread_pool_size: int = 10) -> type:
        """The synchronous twin of ``async_class``, inner classes included, named ``<name>Sync``."""
        cls.get_thread_pool(thread_pool_size)
        return _twin(async_class)


def create_sync_class(async_class: type, thread_pool_size: int = 10) -> type:
    """Same as ``AsyncToSyncConverter.create_sync_class``."""
    return AsyncToSyncConverter.create_sync_class(async_class, thread_pool_size)


def _twin(async_class: type) -> type:
    name = f"{async_class.__name__}Sync"
    namespace: dict[str, Any] = {
        "__module__": async_class.__module__,
        "__doc__": async_class.__doc__,
    }
    for owner in reversed(async_class.__mro__[:-1]):
        for attribute, value in vars(owner).items():
            if not attribute.startswith("_"):
                namespace[attribute] = _twin_attribute(value)
    namespace["__init__"] = functools.partialmethod(_build, async_class)
    if issubclass(async_class, ProxiedSingleton):
        return SingletonMetaclass(name, (ProxiedSingleton,), namespace)
    return type(name, (), namespace)


def _build(self: Any, async_class: type, *args: Any, **kwargs: Any) -> None:
    self._async = async_class(*args, **kwargs)
    # Inner singletons become attributes exactly where the asynchronous object has them (B4).
    for attribute, value in vars(self._async).items():
        twin = getattr(type(self), type(value).__name__, None)
        if isinstance(twin, type):
            setattr(self, attribute, twin())


def _twin_attribute(value: Any) -> Any:
    if inspect.iscoroutinefunction(value):
        return _blocking(value)
    if isinstance(value, type) and issubclass(value, ProxiedSingleton):
        return _twin(value)
    return value


def _blocking(method: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(method)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        return AsyncToSyncConverter.run_async_in_thread(method, self._async, *args, **kwargs)

    return call
