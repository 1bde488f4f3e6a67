"""The prototype's older names, served by ``comfy_api.v3`` / ``studio_api.v3`` and ``v3_01``.

They belong to a prototype of the v3 API that no shipped host has. Each use works and is recorded
with today's name, so that the report can tell the author what to write instead.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from reference_runtime.api import io_base, io_dynamic, io_enums, io_widgets, tables, ui
from reference_runtime.api.lazy_module import ApiModule
from reference_runtime.api.node import ComfyNode
from reference_runtime.api.output import _UIOutput
from reference_runtime.api.resources import ResourcesLocal
from reference_runtime.api.schema import Schema
from reference_runtime.api.state import NodeState, NodeStateLocal
from reference_runtime.touches import LOG


def note(name: str, today: str) -> None:
    """Record the use of a prototype's name."""
    LOG.record(name, "legacy", today=today)


def _note_member(name: str) -> None:
    note(name, tables.LEGACY_MEMBERS[name])


# --- nodes --------------------------------------------------------------------------------------

_states: dict[tuple[str, Any], NodeStateLocal] = {}
_resources: dict[tuple[str, Any], ResourcesLocal] = {}


class ComfyNodeV3(ComfyNode):
    """The prototype's node base: ``DEFINE_SCHEMA`` works, ``state`` and ``resources`` exist.

    State and resources live as long as the process, one per class and node id.
    """

    state: Any = None

    @classmethod
    def DEFINE_SCHEMA(cls) -> Schema:
        """What ``define_schema`` is today."""
        raise NotImplementedError(f"{cls.__name__} defines neither define_schema nor DEFINE_SCHEMA")

    @classmethod
    def define_schema(cls) -> Schema:
        """Today's name, answered by ``DEFINE_SCHEMA``."""
        _note_member("DEFINE_SCHEMA")
        return cls.DEFINE_SCHEMA()

    @classmethod
    def PREPARE_CLASS_CLONE(cls, hidden_inputs: dict[str, Any] | None) -> Any:
        clone = super().PREPARE_CLASS_CLONE(hidden_inputs)
        slot = (f"{cls.__module__}.{cls.__qualname__}", clone.hidden.unique_id)
        clone.state = _states.setdefault(slot, NodeStateLocal(str(slot[1])))
        clone.resources = _resources.setdefault(slot, ResourcesLocal())
        return clone


# --- inputs and outputs -------------------------------------------------------------------------


class _V1Names:
    """The prototype's method names, on top of an Input or Output."""

    def as_dict_V1(self) -> dict[str, Any]:
        _note_member("as_dict_V1")
        return self.as_dict()  # type: ignore[attr-defined,no-any-return]

    def get_io_type_V1(self) -> Any:
        _note_member("get_io_type_V1")
        return self.get_io_type()  # type: ignore[attr-defined]


class InputV3(_V1Names, io_base.Input):
    """The prototype's Input."""

    _table_name = "Input"


class OutputV3(_V1Names, io_base.Output):
    """The prototype's Output."""

    _table_name = "Output"


class _OldKeywords(_V1Names):
    """Takes the prototype's keywords ``widgetType``, ``types`` and ``image_upload``."""

    def __init__(
        self,
        *args: Any,
        widgetType: str | None = None,
        types: list[Any] | None = None,
        image_upload: bool | None = None,
        **kwargs: Any,
    ) -> None:
        if image_upload:
            _note_member("image_upload=")
            kwargs["upload"] = io_enums.UploadType.image
        super().__init__(*args, **kwargs)
        self._types = types
        if types is not None:
            _note_member("types=")
        if widgetType is not None:
            _note_member("widgetType=")
            vars(self)["widget_type"] = widgetType

    def get_io_type(self) -> Any:
        own = super().get_io_type()  # type: ignore[misc]
        if not self._types:
            return own
        return ",".join(dict.fromkeys([str(own), *(str(kind.io_type) for kind in self._types)]))


class WidgetInputV3(_OldKeywords, io_base.WidgetInput):
    """The prototype's WidgetInput."""

    _table_name = "WidgetInput"


def _old_widget(kind: Any) -> Any:
    """The io type ``kind`` with an Input that takes the prototype's keywords."""
    bases = (_OldKeywords, kind.Input)
    old_input = type(kind.Input)("Input", bases, {"__qualname__": f"{kind.__name__}.Input"})
    return type(kind)(kind.__name__, (kind,), {"Input": old_input})


@functools.lru_cache(maxsize=1)
def _old_widgets() -> dict[str, Any]:
    names = ("Boolean", "Int", "Float", "String", "Combo", "MultiCombo", "Webcam")
    return {name: _old_widget(getattr(io_widgets, name)) for name in names}


# --- ui -----------------------------------------------------------------------------------------


class _OldUI(_UIOutput):
    """A ui result that shows what it is given under one key."""

    key = ""

    def __init__(self, values: list[Any], **kwargs: Any) -> None:
        super().__init__()
        self.values = values

    def as_dict(self) -> dict[str, Any]:
        return {self.key: self.values}


class UIImages(_OldUI):
    key = "images"

    def __init__(self, values: list[Any], animated: bool = False, **kwargs: Any) -> None:
        super().__init__(values)
        self.animated = animated

    def as_dict(self) -> dict[str, Any]:
        return {"images": self.values, "animated": (self.animated,)}


class UILatents(_OldUI):
    key = "latents"


class UIAudio(_OldUI):
    key = "audio"


class UI3D(_OldUI):
    key = "3d"


class UIText(ui.PreviewText):
    """The prototype's text."""


class Serializer:
    """The prototype's placeholder."""

    def __init__(self, io_type: str | None = None) -> None:
        self.io_type = io_type


# --- modules ------------------------------------------------------------------------------------

_IO: dict[str, Any] = {
    "ComfyNodeV3": ComfyNodeV3,
    "StudioNodeV3": ComfyNodeV3,
    "SchemaV3": Schema,
    "InputV3": InputV3,
    "WidgetInputV3": WidgetInputV3,
    "OutputV3": OutputV3,
    "IO_V3": io_base._IO_V3,
    "ComfyType": io_base._ComfyType,
    "StudioType": io_base._ComfyType,
    "AutoGrowDynamicInput": io_dynamic.Autogrow.Input,
    "ComboDynamicInput": io_dynamic.DynamicCombo.Input,
    "NodeState": NodeState,
    "NodeStateLocal": NodeStateLocal,
    "Serializer": Serializer,
}
_UI: dict[str, Any] = {
    "UIImages": UIImages,
    "UILatents": UILatents,
    "UIAudio": UIAudio,
    "UI3D": UI3D,
    "UIText": UIText,
}


def fill_io(module: ApiModule, current: ApiModule) -> None:
    """Today's io names, and the prototype's names recorded on touch."""
    _copy_public(module, current)
    module.__dict__.update(_old_widgets())
    module.fill({}, lazy=_noted(_IO, tables.LEGACY_IO))


def fill_ui(module: ApiModule, current: ApiModule) -> None:
    """Today's ui names, and the prototype's names recorded on touch."""
    _copy_public(module, current)
    module.fill({}, lazy=_noted(_UI, tables.LEGACY_UI))


def fill_package(module: ApiModule) -> None:
    """The package answers the io names too."""
    module.fill({}, lazy=_noted(_IO, tables.LEGACY_IO))


def _copy_public(module: ApiModule, current: ApiModule) -> None:
    names = {key: value for key, value in vars(current).items() if not key.startswith("__")}
    own = ("_label", "_brand", "_lazy", "_other")
    module.__dict__.update({key: value for key, value in names.items() if key not in own})
    module._other.update(current._other)


def _noted(objects: dict[str, Any], today: dict[str, str]) -> dict[str, Callable[[], Any]]:
    def touch(name: str) -> Any:
        note(name, today[name])
        return objects[name]

    return {name: functools.partial(touch, name) for name in objects}
