"""The io types with widgets: Boolean, Int, Float, String, Combo, MultiCombo and Webcam.

Source: constructor parameters, defaults and ``as_dict`` keys of the v3 API at 0.3.64 = 0.3.71, and
what latest adds. Parameter order is the host's, because packs pass positionally.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from reference_runtime.api import io_base as base
from reference_runtime.api.internal import prune_dict
from reference_runtime.api.io_base import ComfyTypeI, ComfyTypeIO, WidgetInput, at_latest, comfytype
from reference_runtime.api.io_enums import (
    ControlAfterGenerate,
    FolderType,
    NumberDisplay,
    RemoteComboOptions,
    RemoteOptions,
    UploadType,
)
from reference_runtime.levels import ACTIVE


@comfytype("BOOLEAN")
class Boolean(ComfyTypeIO):
    Type = bool

    class Input(WidgetInput):
        """A switch."""

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            default: bool | None = None,
            label_on: str | None = None,
            label_off: str | None = None,
            socketless: bool | None = None,
            force_input: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
        ) -> None:
            super().__init__(
                id, display_name, optional, tooltip, lazy, default, socketless, None, force_input,
                extra_dict, raw_link, advanced,
            )  # fmt: skip
            self.label_on = label_on
            self.label_off = label_off
            self.default: bool | None

        def as_dict(self) -> dict[str, Any]:
            labels = {"label_on": self.label_on, "label_off": self.label_off}
            return super().as_dict() | prune_dict(labels)


@comfytype("INT")
class Int(ComfyTypeIO):
    Type = int

    class Input(WidgetInput):
        """A whole number."""

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            default: int | None = None,
            min: int | None = None,
            max: int | None = None,
            step: int | None = None,
            control_after_generate: bool | ControlAfterGenerate | None = None,
            display_mode: NumberDisplay | None = None,
            socketless: bool | None = None,
            force_input: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
        ) -> None:
            super().__init__(
                id, display_name, optional, tooltip, lazy, default, socketless, None, force_input,
                extra_dict, raw_link, advanced,
            )  # fmt: skip
            self.min = min
            self.max = max
            self.step = step
            self.control_after_generate = control_after_generate
            self.display_mode = display_mode
            self.default: int | None

        def as_dict(self) -> dict[str, Any]:
            """``display`` is the enum's value (Float gives the member: B11), so a str raises."""
            return super().as_dict() | prune_dict(
                {
                    "min": self.min,
                    "max": self.max,
                    "step": self.step,
                    "control_after_generate": self.control_after_generate,
                    "display": self.display_mode.value if self.display_mode else None,
                }
            )


@comfytype("FLOAT")
class Float(ComfyTypeIO):
    Type = float

    class Input(WidgetInput):
        """A real number."""

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            default: float | None = None,
            min: float | None = None,
            max: float | None = None,
            step: float | None = None,
            round: float | None = None,
            display_mode: NumberDisplay | None = None,
            socketless: bool | None = None,
            force_input: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
            *,
            gradient_stops: list[dict[str, Any]] | None = None,
        ) -> None:
            super().__init__(
                id, display_name, optional, tooltip, lazy, default, socketless, None, force_input,
                extra_dict, raw_link, advanced,
            )  # fmt: skip
            self.min = min
            self.max = max
            self.step = step
            self.round = round
            self.display_mode = display_mode
            self.gradient_stops = gradient_stops
            self.default: float | None

        def as_dict(self) -> dict[str, Any]:
            own: dict[str, Any] = {
                "min": self.min,
                "max": self.max,
                "step": self.step,
                "round": self.round,
                "display": self.display_mode,
            }
            if at_latest():
                own["gradient_stops"] = self.gradient_stops
            return super().as_dict() | prune_dict(own)


@comfytype("STRING")
class String(ComfyTypeIO):
    Type = str

    class Input(WidgetInput):
        """A text."""

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            multiline: bool = False,
            placeholder: str | None = None,
            default: str | None = None,
            dynamic_prompts: bool | None = None,
            socketless: bool | None = None,
            force_input: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
        ) -> None:
            super().__init__(
                id, display_name, optional, tooltip, lazy, default, socketless, None, force_input,
                extra_dict, raw_link, advanced,
            )  # fmt: skip
            self.multiline = multiline
            self.placeholder = placeholder
            self.dynamic_prompts = dynamic_prompts
            self.default: str | None

        def as_dict(self) -> dict[str, Any]:
            """``multiline`` always stands."""
            return super().as_dict() | prune_dict(
                {
                    "multiline": self.multiline,
                    "placeholder": self.placeholder,
                    "dynamicPrompts": self.dynamic_prompts,
                }
            )


@comfytype("COMBO")
class Combo(ComfyTypeIO):
    Type = str

    class Input(WidgetInput):
        """A choice. Enum options and an enum default become their values."""

        Type = str

        def __init__(
            self,
            id: str,
            options: list[str] | list[int] | type[Enum] | None = None,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            default: str | int | Enum | None = None,
            control_after_generate: bool | ControlAfterGenerate | None = None,
            upload: UploadType | None = None,
            image_folder: FolderType | None = None,
            remote: RemoteOptions | None = None,
            socketless: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
            *,
            remote_combo: RemoteComboOptions | None = None,
        ) -> None:
            if isinstance(options, type) and issubclass(options, Enum):
                options = [member.value for member in options]
            if isinstance(default, Enum):
                default = default.value
            super().__init__(
                id, display_name, optional, tooltip, lazy, default, socketless, None, None,
                extra_dict, raw_link, advanced,
            )  # fmt: skip
            self.multiselect = False
            self.options = options
            self.control_after_generate = control_after_generate
            self.upload = upload
            self.image_folder = image_folder
            self.remote = remote
            self.remote_combo = remote_combo
            self.default: Any

        def as_dict(self) -> dict[str, Any]:
            """``multiselect`` always stands; ``upload`` becomes ``{its value: True}``."""
            own: dict[str, Any] = {
                "multiselect": self.multiselect,
                "options": self.options,
                "control_after_generate": self.control_after_generate,
            }
            if self.upload is not None:
                own[self.upload.value] = True
            own["image_folder"] = self.image_folder.value if self.image_folder else None
            own["remote"] = self.remote.as_dict() if self.remote else None
            if at_latest() and self.remote_combo is not None:
                own["remote_combo"] = self.remote_combo.as_dict()
            return super().as_dict() | prune_dict(own)

        def validate(self) -> None:
            """Refuse ``remote_combo`` together with ``remote`` or ``options``."""
            if self.remote_combo is not None and (self.remote or self.options):
                raise ValueError(
                    f"combo {self.id!r}: remote_combo excludes remote and options; give one of them"
                )

    class Output(base.Output):
        """Up to 0.3.71 the options list itself is the output's io type (B13)."""

        def __init__(
            self,
            id: str | None = None,
            display_name: str | None = None,
            options: list[str] | None = None,
            tooltip: str | None = None,
            is_output_list: bool = False,
        ) -> None:
            super().__init__(id, display_name, tooltip, is_output_list)
            self.options = options if options is not None else []

        @property
        def io_type(self) -> Any:
            """The options list, or "COMBO" at latest."""
            return self.options if ACTIVE.level.combo_output_is_list else super().io_type


@comfytype("COMBO")
class MultiCombo(ComfyTypeI):
    Type = list[str]

    class Input(Combo.Input):
        """Several choices. Unusable up to 0.3.71, whose server refuses list values (B7)."""

        def __init__(
            self,
            id: str,
            options: list[str],
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            default: list[str] | None = None,
            placeholder: str | None = None,
            chip: bool | None = None,
            control_after_generate: bool | ControlAfterGenerate | None = None,
            socketless: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
        ) -> None:
            super().__init__(
                id, options, display_name, optional, tooltip, lazy, None, control_after_generate,
                socketless=socketless, extra_dict=extra_dict, raw_link=raw_link, advanced=advanced,
            )  # fmt: skip
            self.default = default
            self.multiselect = True
            self.placeholder = placeholder
            self.chip = chip

        def as_dict(self) -> dict[str, Any]:
            look = {"placeholder": self.placeholder, "chip": self.chip}
            if at_latest():
                return super().as_dict() | {"multi_select": prune_dict(look)}
            own = {"multi_select": self.multiselect, **look}
            return super().as_dict() | prune_dict(own)


@comfytype("WEBCAM")
class Webcam(ComfyTypeIO):
    Type = str

    class Input(WidgetInput):
        """A picture from the camera."""

        Type = str

        def __init__(
            self,
            id: str,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            default: str | None = None,
            socketless: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
        ) -> None:
            super().__init__(
                id, display_name, optional, tooltip, lazy, default, socketless, None, None,
                extra_dict, raw_link, advanced,
            )  # fmt: skip
