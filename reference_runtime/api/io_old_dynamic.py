"""The dynamic inputs of the levels up to 0.3.71, which no engine there could use (B10)."""

from __future__ import annotations

import copy
from abc import abstractmethod
from typing import Any

from reference_runtime.api import io_base as base
from reference_runtime.api.io_base import ComfyTypeI, WidgetInput, branded, comfytype
from reference_runtime.api.io_dynamic import DynamicInput


@comfytype(branded("AUTOGROW_V3"))
class AutogrowDynamic(ComfyTypeI):
    Type = list[Any]

    class Input(DynamicInput):
        """Repeats ``template_input`` up to ``max`` times; those beyond ``min`` are optional.

        ``get_dynamic`` raises TypeError while ``min`` or ``max`` is None, the default of ``max``.
        """

        def __init__(
            self,
            id: str,
            template_input: base.Input,
            min: int | None = 1,
            max: int | None = None,
            display_name: str | None = None,
            optional: bool = False,
            tooltip: str | None = None,
            lazy: bool | None = None,
            extra_dict: dict[str, Any] | None = None,
        ) -> None:
            super().__init__(id, display_name, optional, tooltip, lazy, extra_dict)
            self.template_input = template_input
            self.min = min
            self.max = max

        def get_dynamic(self) -> list[base.Input]:
            if self.min is None or self.max is None:
                raise TypeError(f"AutogrowDynamic input {self.id!r} needs both min and max (B10)")
            return [self._copy(number) for number in range(1, self.max + 1)]

        def _copy(self, number: int) -> base.Input:
            grown = copy.copy(self.template_input)
            grown.id = f"{grown.id}{number}_${self.id}_ag$"
            if self.min is not None and number > self.min:
                grown.optional = True
            if isinstance(grown, WidgetInput):
                grown.force_input = True
            return grown


@comfytype(branded("COMBODYNAMIC_V3"))
class ComboDynamic(ComfyTypeI):
    class Input(DynamicInput):
        """Abstract in the hosts too: constructing it raises TypeError."""

        def __init__(self, id: str) -> None:
            super().__init__(id)

        @abstractmethod
        def get_dynamic(self) -> list[base.Input]: ...
