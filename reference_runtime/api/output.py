"""NodeOutput: what ``execute`` gives back.

Source of the rules: return forms of the v3 API and the hosts' bugs B1 (a dict return raises up to
0.3.71) and B2 (blocking without a value does nothing).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from reference_runtime.api.graph import ExecutionBlocker
from reference_runtime.api.internal import _NodeOutputInternal
from reference_runtime.levels import ACTIVE


class _UIOutput(ABC):
    """What a node shows; ``as_dict`` gives the dict of lists that goes to the frontend."""

    def __init__(self) -> None:  # noqa: B027  packs call it through super()
        pass

    @abstractmethod
    def as_dict(self) -> dict[str, Any]: ...


class NodeOutput(_NodeOutputInternal):
    """Values in the order of the outputs, and besides them ui, an expansion or a block.

    ``ui`` is a ``_UIOutput`` or a dict of lists; ``expand`` a graph (needs ``enable_expand``);
    ``block_execution`` a message that blocks whatever depends on the outputs.
    """

    def __init__(
        self,
        *args: Any,
        ui: _UIOutput | dict[str, Any] | None = None,
        expand: dict[str, Any] | None = None,
        block_execution: str | None = None,
    ) -> None:
        self.args = args
        self.ui = ui
        self.expand = expand
        self.block_execution = block_execution

    @property
    def result(self) -> tuple[Any, ...] | None:
        """The values, None when there are none."""
        return self.args or None

    @property
    def blocks(self) -> bool:
        """Whether the engine has to block the outputs.

        Faithful: only with at least one value (B2). Strict: whenever ``block_execution`` is given.
        """
        if self.block_execution is None:
            return False
        return ACTIVE.mode == "strict" or bool(self.args)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> NodeOutput:
        """Read the v1 dict form: ``result`` (tuple or ExecutionBlocker), ``ui``, ``expand``.

        Faithful up to 0.3.71: TypeError, because the host passes the values by a keyword (B1); only
        a dict with a blocker for its result slips through.
        """
        values = data.get("result")
        if (
            ACTIVE.mode == "faithful"
            and not ACTIVE.level.dict_return_works
            and not isinstance(values, ExecutionBlocker)
        ):
            raise TypeError("NodeOutput.__init__() got an unexpected keyword argument 'args'")
        block = None
        if isinstance(values, ExecutionBlocker):
            block, values = values.message, None
        return cls(
            *(values or ()), ui=data.get("ui"), expand=data.get("expand"), block_execution=block
        )

    def __getitem__(self, index: int) -> Any:
        return self.args[index]
