"""MultiType: one input that takes several io types."""

from __future__ import annotations

import copy
from typing import Any

from reference_runtime.api import io_base as base
from reference_runtime.api.io_base import WidgetInput, branded, comfytype


@comfytype(branded("MULTITYPED_V3"))
class MultiType:
    Type = Any

    class Input(base.Input):
        """An input whose wire type is the comma-joined set of ``types``.

        ``id`` may be an Input: its id, options and type then come first and win over the other
        arguments, and its widget is kept (``widgetType`` says which).
        """

        def __init__(
            self,
            id: str | base.Input,
            types: list[Any],
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
            raw_link: bool | None = None,
            advanced: bool | None = None,
        ) -> None:
            self.input_override: base.Input | None = None
            if isinstance(id, base.Input):
                override = self.input_override = _with_widget_type(id)
                id = override.id
                optional = override.optional if override.optional is True else optional
                if override.display_name is not None:
                    display_name = override.display_name
                tooltip = override.tooltip if override.tooltip is not None else tooltip
                lazy = override.lazy if override.lazy is not None else lazy
            super().__init__(
                id, display_name, optional, tooltip, lazy, extra_dict, raw_link, advanced
            )
            self._io_types = types

        @property
        def io_types(self) -> list[Any]:
            """The io type classes, without those of an override."""
            return self._io_types

        def get_io_type(self) -> Any:
            """Unique wire types joined by commas, the override's first."""
            types = [kind.io_type for kind in self._io_types]
            if self.input_override is not None:
                types.insert(0, self.input_override.get_io_type())
            return ",".join(dict.fromkeys(types))

        def as_dict(self) -> dict[str, Any]:
            """The override's options, overwritten by this input's own."""
            if self.input_override is None:
                return super().as_dict()
            return self.input_override.as_dict() | super().as_dict()


def _with_widget_type(override: base.Input) -> base.Input:
    """A copy of ``override`` that names its widget."""
    override = copy.copy(override)
    if isinstance(override, WidgetInput):
        override.widget_type = override.get_io_type()
    return override
