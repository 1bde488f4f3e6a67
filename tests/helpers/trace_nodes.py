"""Nodes that the recorded prompts use besides the trace pack: ours, of the same declared shape."""

from __future__ import annotations

import time
from typing import Any

Inputs = dict[str, dict[str, Any]]


class AlwaysEqual(str):
    """A type that is unequal to nothing, as packs write it."""

    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = str.__hash__


ANY = AlwaysEqual("*")


class MakeList:
    """All linked values as one list."""

    RETURN_TYPES = (ANY,)
    OUTPUT_IS_LIST = (True,)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:
        optional: dict[str, Any] = {f"value{i}": (ANY, {}) for i in range(2, 6)}
        return {"required": {"value1": (ANY, {})}, "optional": optional}

    def run(self, **values: Any) -> tuple[list[Any]]:
        return ([values[name] for name in sorted(values)],)


class StubImage:
    """Something that is called an image."""

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:
        sizes = {name: ("INT", {"default": 8}) for name in ("height", "width", "batch_size")}
        return {"required": {"content": (["BLACK", "WHITE"],), **sizes}}

    def run(self, **inputs: Any) -> tuple[str]:
        return ("image",)


class StubFloat:
    RETURN_TYPES = ("FLOAT",)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:
        return {"required": {"value": ("FLOAT", {"default": 0.0})}}

    def run(self, value: float) -> tuple[float]:
        return (value,)


class IntConditions:
    RETURN_TYPES = ("BOOLEAN",)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:
        number = ("INT", {"default": 0})
        operations = ["==", "!=", "<", ">", "<=", ">="]
        return {"required": {"a": number, "b": number, "operation": (operations,)}}

    def run(self, a: int, b: int, operation: str) -> tuple[bool]:
        return (a == b,)


class Sleep:
    """Sleeps and tells its progress, which is where an interruption reaches it."""

    RETURN_TYPES = (ANY,)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:
        required = {"value": (ANY, {}), "seconds": ("FLOAT", {"default": 1.0})}
        return {"required": required, "hidden": {"unique_id": "UNIQUE_ID"}}

    def run(self, value: Any, seconds: float, unique_id: str) -> tuple[Any]:
        from comfy.utils import ProgressBar  # type: ignore[import-not-found]

        bar = ProgressBar(seconds, node_id=unique_id)
        started = time.monotonic()
        while time.monotonic() - started < seconds:
            bar.update_absolute(time.monotonic() - started)
            time.sleep(0.01)
        return (value,)


class Pass:
    """Gives its first input; the second, when it is linked, has to be there too."""

    RETURN_TYPES = (ANY,)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:
        return {"required": {"a": (ANY, {})}, "optional": {"b": (ANY, {"lazy": True})}}

    def check_lazy_status(self, a: Any, b: Any = "not linked") -> list[str]:
        return ["b"] if b is None else []

    def run(self, a: Any, b: Any = None) -> tuple[Any]:
        return (a,)


class DynamicCycle:
    """Expands to a graph whose second and third node ask for each other."""

    RETURN_TYPES = ("IMAGE",)
    FUNCTION = "run"

    @classmethod
    def INPUT_TYPES(cls) -> Inputs:
        return {"required": {"input1": ("IMAGE",), "input2": ("IMAGE",)}}

    def run(self, input1: Any, input2: Any) -> dict[str, Any]:
        from comfy_execution.graph_utils import GraphBuilder  # type: ignore[import-not-found]

        graph = GraphBuilder()
        first = graph.node("Pass", a=input1)
        second = graph.node("Pass", a=first.out(0))
        third = graph.node("Pass", a=first.out(0), b=second.out(0))
        second.set_input("b", third.out(0))
        return {"result": (third.out(0),), "expand": graph.finalize()}


CLASSES: dict[str, Any] = {
    "TestMakeListNode": MakeList,
    "StubImage": StubImage,
    "StubFloat": StubFloat,
    "TestIntConditions": IntConditions,
    "TestSleep": Sleep,
    "TestDynamicDependencyCycle": DynamicCycle,
    "Pass": Pass,
}
