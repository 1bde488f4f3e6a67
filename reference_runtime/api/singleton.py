"""Singletons whose one instance can be put in place beforehand.

Source of the rules: names and results of ``comfy_api.internal.singleton``.
"""

from __future__ import annotations

from typing import Any


class SingletonMetaclass(type):
    """Calling such a class gives its one instance."""

    _instances: dict[type, Any] = {}  # noqa: RUF012  shared by all singletons, as in the host

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        if cls not in cls._instances:
            cls._instances[cls] = super().__call__(*args, **kwargs)
        return cls._instances[cls]

    def inject_instance(cls, instance: Any) -> None:
        """Make ``instance`` the one instance. AssertionError once there is one."""
        if cls in cls._instances:
            raise AssertionError(f"{cls.__name__} already has its instance")
        cls._instances[cls] = instance

    def get_instance(cls, *args: Any, **kwargs: Any) -> Any:
        """The one instance; arguments count only when it is made now."""
        return cls(*args, **kwargs)


class ProxiedSingleton(metaclass=SingletonMetaclass):
    """Base of the API's singletons."""

    def __init__(self) -> None:
        super().__init__()
