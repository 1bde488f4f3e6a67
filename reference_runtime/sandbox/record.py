"""Plain records. What ``dataclasses`` or ``typing`` import takes longer than confining a process,
and every confined start would pay for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, TypeVar

    from typing_extensions import Self, dataclass_transform

    Made = TypeVar("Made")
else:

    def dataclass_transform(**options):
        return lambda cls: cls


@dataclass_transform(frozen_default=True)
class Record:
    """Fields by annotation, with or without a default, in order; never changed once made."""

    _names: tuple[str, ...] = ()

    def __init_subclass__(cls) -> None:
        cls._names = tuple(n for n in cls.__annotations__ if not n.startswith("_"))

    def __init__(self, *values: Any, **named: Any) -> None:
        if len(values) > len(self._names):
            raise TypeError(f"{type(self).__name__} has {len(self._names)} fields")
        given = dict(zip(self._names, values, strict=False))
        for name in named:
            if name not in self._names or name in given:
                raise TypeError(f"{type(self).__name__} takes no {name!r}, or not twice")
        given.update(named)
        for name in self._names:
            if name not in given and not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} needs {name!r}")
        self.__dict__.update(given)

    def as_dict(self) -> dict[str, Any]:
        """The fields by name, in order; records inside stay records."""
        return {name: getattr(self, name) for name in self._names}

    def but(self, **changed: Any) -> Self:
        """The same with some fields changed."""
        return type(self)(**{**self.as_dict(), **changed})

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"a {type(self).__name__} is never changed")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self.as_dict() == other.as_dict()

    def __hash__(self) -> int:
        return hash((type(self).__name__, *map(str, self.as_dict().values())))

    def __repr__(self) -> str:
        told = ", ".join(f"{name}={value!r}" for name, value in self.as_dict().items())
        return f"{type(self).__name__}({told})"
