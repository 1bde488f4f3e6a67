"""Enums and option holders of the widgets."""

from __future__ import annotations

from enum import Enum, EnumMeta
from typing import Any, Literal

from reference_runtime.api import tables
from reference_runtime.api.internal import prune_dict
from reference_runtime.api.levelled import note_name


class FolderType(str, Enum):
    """The host's data folders."""

    input = "input"
    output = "output"
    temp = "temp"


class UploadType(str, Enum):
    """What an upload button accepts; the value is the option's key."""

    image = "image_upload"
    audio = "audio_upload"
    video = "video_upload"
    model = "file_upload"


class _LevelledEnum(EnumMeta):
    """Notes the touch of a member that the active level does not have."""

    def __getattribute__(cls, name: str) -> Any:
        if not name.startswith("_"):
            public = f"io.{type.__getattribute__(cls, '__name__')}.{name}"
            span = tables.MEMBERS.get(public)
            if span is not None:
                note_name(public, span)
                return cls._member_map_[name]
        return super().__getattribute__(name)

    def __getattr__(cls, name: str) -> Any:
        # Up to Python 3.11 enums find members here, also after the refusal above.
        if f"io.{cls.__name__}.{name}" in tables.MEMBERS or name not in cls._member_map_:
            raise AttributeError(f"{cls.__name__} has no member {name!r}")
        return cls._member_map_[name]


class NumberDisplay(str, Enum, metaclass=_LevelledEnum):
    """How a number widget looks."""

    number = "number"
    slider = "slider"
    gradient_slider = "gradientslider"


class ControlAfterGenerate(str, Enum):
    """What happens to a seed-like widget after a run (latest)."""

    fixed = "fixed"
    increment = "increment"
    decrement = "decrement"
    randomize = "randomize"


class RemoteOptions:
    """A combo whose options come from a route."""

    def __init__(
        self,
        route: str,
        refresh_button: bool,
        control_after_refresh: Literal["first", "last"] = "first",
        timeout: int | None = None,
        max_retries: int | None = None,
        refresh: int | None = None,
    ) -> None:
        self.route = route
        self.refresh_button = refresh_button
        self.control_after_refresh = control_after_refresh
        self.timeout = timeout
        self.max_retries = max_retries
        self.refresh = refresh

    def as_dict(self) -> dict[str, Any]:
        """The options, without those that are None. ``timeout`` and ``refresh`` in milliseconds."""
        return prune_dict(
            {
                "route": self.route,
                "refresh_button": self.refresh_button,
                "control_after_refresh": self.control_after_refresh,
                "timeout": self.timeout,
                "max_retries": self.max_retries,
                "refresh": self.refresh,
            }
        )


class RemoteItemSchema:
    """How the items of a remote combo are read (latest). Keeps what it is given."""

    def __init__(self, **fields: Any) -> None:
        self.fields = fields

    def as_dict(self) -> dict[str, Any]:
        """The fields that are not None."""
        return prune_dict(self.fields)


MIN_REFRESH_MS = 128


class RemoteComboOptions:
    """A combo of rich remote items (latest).

    Raises ValueError when the route does not begin with a slash or ``refresh`` (milliseconds) lies
    between 1 and 127.
    """

    def __init__(
        self,
        route: str,
        item_schema: RemoteItemSchema,
        refresh_button: bool = True,
        auto_select: Literal["first", "last"] | None = None,
        timeout: int | None = None,
        max_retries: int | None = None,
        refresh: int | None = None,
        response_key: str | None = None,
    ) -> None:
        if not route.startswith("/"):
            raise ValueError(f"route {route!r} must begin with '/'")
        if refresh is not None and 0 < refresh < MIN_REFRESH_MS:
            raise ValueError(f"refresh={refresh} must be at least {MIN_REFRESH_MS} or at most 0")
        self.route = route
        self.item_schema = item_schema
        self.refresh_button = refresh_button
        self.auto_select = auto_select
        self.timeout = timeout
        self.max_retries = max_retries
        self.refresh = refresh
        self.response_key = response_key

    def as_dict(self) -> dict[str, Any]:
        """The options, without those that are None."""
        return prune_dict({**vars(self), "item_schema": self.item_schema.as_dict()})
