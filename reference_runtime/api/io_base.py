"""The bases of every io type: inputs, outputs, io types, and the decorator that ties them together.

Source of the rules: constructors and ``as_dict`` of the v3 API at ComfyUI 0.3.64, 0.3.71 and
latest. ``as_dict`` drops values that are exactly None and nothing else, so ``optional: False``
always stands.
"""

from __future__ import annotations

from abc import ABC, ABCMeta
from collections.abc import Callable
from typing import Any, TypeAlias, TypeVar

from reference_runtime.api.internal import is_class, prune_dict
from reference_runtime.api.levelled import LevelMeta
from reference_runtime.levels import ACTIVE

LATEST_RANK = 2


def at_latest() -> bool:
    """Whether the active level has the newest API's keys and forms."""
    return ACTIVE.level.rank >= LATEST_RANK


class _StringIOType(str):
    """An io type that is compatible with others, seen through ``!=`` only.

    ``a != b`` is False when either side is ``*`` or one comma-separated set contains the other;
    ``==`` stays the string's. Python asks the left operand, which is why a plain ``str`` on the
    left is still unequal (bug B15 of the hosts up to 0.3.71).
    """

    def __ne__(self, value: object) -> bool:
        if not isinstance(value, str) or "*" in (str.__str__(self), str.__str__(value)):
            return not isinstance(value, str)
        mine, theirs = set(self.split(",")), set(value.split(","))
        return not (mine <= theirs or theirs <= mine)

    __hash__ = str.__hash__


def wire_type(io_type: str) -> str:
    """``io_type`` as the active level hands it out: comma-set aware up to 0.3.71, then plain."""
    if at_latest() or not isinstance(io_type, str):
        return io_type
    return _StringIOType(io_type)


class _TypeName:
    """The io type of a class: read at call time, because its Python type differs by level."""

    def __init__(self, io_type: str | Callable[[], str]) -> None:
        self.io_type = io_type

    def __get__(self, obj: Any, owner: type) -> str:
        return wire_type(self.io_type if isinstance(self.io_type, str) else self.io_type())


def branded(suffix: str) -> Callable[[], str]:
    """An io type string that begins with the active level's brand ("COMFY_", "STUDIO_")."""
    return lambda: f"{ACTIVE.level.brand.upper()}_{suffix}"


class _ComfyType(ABC):  # noqa: B024  as in the host
    """Root of the io types: a Python ``Type``, a wire ``io_type``, an Input, maybe an Output."""

    Type: Any = Any
    io_type: Any = None


class _IO_V3(metaclass=LevelMeta):
    """Root of inputs and outputs; ``Parent`` is the io type that they belong to."""

    Parent: Any = None
    _given: frozenset[str] = frozenset()

    def __init__(self) -> None:
        pass

    @property
    def io_type(self) -> Any:
        """The wire type of the io type. Raises AttributeError on the bare bases, like the host."""
        return self.Parent.io_type

    @property
    def Type(self) -> Any:
        """The Python type of the io type."""
        return self.Parent.Type

    @property
    def _widget(self) -> str | None:
        """Name of the io type ("Int", "Combo"), None on the bare bases."""
        return None if self.Parent is None else str(self.Parent.__name__)


class Input(_IO_V3):
    """An input of a node, without a widget."""

    def __init__(
        self,
        id: str,
        display_name: str | None = None,
        optional: bool = False,
        tooltip: str | None = None,
        lazy: bool | None = None,
        extra_dict: dict[str, Any] | None = None,
        raw_link: bool | None = None,
        advanced: bool | None = None,
    ) -> None:
        super().__init__()
        self.id = id
        self.display_name = display_name
        self.optional = optional
        self.tooltip = tooltip
        self.lazy = lazy
        self.extra_dict = extra_dict if extra_dict is not None else {}
        self.rawLink = raw_link
        self.advanced = advanced

    def as_dict(self) -> dict[str, Any]:
        """The options that go to the frontend; ``id`` is never among them."""
        base = {
            "display_name": self.display_name,
            "optional": self.optional,
            "tooltip": self.tooltip,
            "lazy": self.lazy,
        }
        if at_latest():
            base |= {"rawLink": self.rawLink, "advanced": self.advanced}
        return prune_dict(base) | prune_dict(self.extra_dict)

    def get_io_type(self) -> Any:
        """The wire type."""
        return wire_type(self.io_type)

    def get_all(self) -> list[Input]:
        """This input and those nested in it (latest)."""
        return [self]

    def validate(self) -> None:
        """Raise ValueError when the declaration contradicts itself (latest)."""


class WidgetInput(Input):
    """An input with a widget."""

    def __init__(
        self,
        id: str,
        display_name: str | None = None,
        optional: bool = False,
        tooltip: str | None = None,
        lazy: bool | None = None,
        default: Any = None,
        socketless: bool | None = None,
        widget_type: str | None = None,
        force_input: bool | None = None,
        extra_dict: dict[str, Any] | None = None,
        raw_link: bool | None = None,
        advanced: bool | None = None,
    ) -> None:
        super().__init__(id, display_name, optional, tooltip, lazy, extra_dict, raw_link, advanced)
        self.default = default
        self.socketless = socketless
        self.widget_type = widget_type
        self.force_input = force_input

    def as_dict(self) -> dict[str, Any]:
        """Base options, then the widget's."""
        return super().as_dict() | prune_dict(
            {
                "default": self.default,
                "socketless": self.socketless,
                "widgetType": self.widget_type,
                "forceInput": self.force_input,
            }
        )

    def get_io_type(self) -> Any:
        """``widget_type`` if given, else the wire type."""
        return self.widget_type if self.widget_type is not None else super().get_io_type()


class Output(_IO_V3):
    """An output of a node. At latest its id is the display name when none is given."""

    def __init__(
        self,
        id: str | None = None,
        display_name: str | None = None,
        tooltip: str | None = None,
        is_output_list: bool = False,
    ) -> None:
        super().__init__()
        if ACTIVE.level.output_name_falls_back_to_id and not display_name:
            display_name = id
        self.id = id
        self.display_name = display_name
        self.tooltip = tooltip
        self.is_output_list = is_output_list

    def as_dict(self) -> dict[str, Any]:
        """The output's options; ``is_output_list`` always stands."""
        return prune_dict(
            {
                "display_name": self.display_name,
                "tooltip": self.tooltip,
                "is_output_list": self.is_output_list,
            }
        )

    def get_io_type(self) -> Any:
        """The wire type."""
        return self.io_type

    def validate(self) -> None:
        """Raise ValueError when the declaration contradicts itself (latest)."""


# The nested classes below carry the same names.
_Input: TypeAlias = Input
_Output: TypeAlias = Output


class ComfyTypeI(_ComfyType):
    """Base of io types that can only be an input."""

    class Input(_Input):
        """The default input."""


class ComfyTypeIO(ComfyTypeI):
    """Base of io types that can be an input and an output."""

    class Output(_Output):
        """The default output."""


T = TypeVar("T", bound=type)


def comfytype(io_type: str | Callable[[], str], **kwargs: Any) -> Callable[[T], T]:
    """Class decorator that makes an io type of a class; further keywords are ignored.

    A class that already derives from the io type bases is kept; any other is rebuilt on top of
    ComfyTypeIO. Either way it gets Input and Output classes of its own, whose ``Parent`` is the
    class.
    """

    def decorate(cls: T) -> T:
        made: Any = cls
        if not (is_class(cls) and issubclass(cls, _ComfyType)):
            namespace = {"__module__": cls.__module__, "__doc__": cls.__doc__}
            made = ABCMeta(cls.__name__, (cls, ComfyTypeIO), namespace)
            made.__qualname__ = cls.__qualname__
        made.io_type = _TypeName(io_type)
        for name in ("Input", "Output"):
            if hasattr(made, name):
                setattr(made, name, _own(made, name))
        return made  # type: ignore[no-any-return]

    return decorate


def _own(parent: Any, name: str) -> type:
    """The Input or Output class of ``parent`` alone, so that ``Parent`` can point back."""
    source: Any = getattr(parent, name)
    namespace = {
        "__module__": source.__module__,
        "__doc__": source.__doc__,
        "__qualname__": f"{parent.__name__}.{name}",
        "Parent": parent,
    }
    return LevelMeta(source.__name__, (source,), namespace)


def Custom(io_type: str) -> type[ComfyTypeIO]:
    """A new io type class for ``io_type``; two calls give two classes."""

    class CustomComfyType(ComfyTypeIO): ...

    CustomComfyType.__qualname__ = "Custom"
    return comfytype(io_type)(CustomComfyType)
