"""Which widgets a node has, in the order in which a saved workflow holds their values.

The frontend saves the values of a node's widgets as a bare list. Some inputs have more than one
widget: what is generated anew after a run (seeds) has one that says how, an upload has a button.
"""

from __future__ import annotations

from collections.abc import Sequence

from reference_runtime.description import InputFacts

WIDGET_TYPES = frozenset({
    "INT", "FLOAT", "STRING", "BOOLEAN", "COMBO", "COLOR", "MARKDOWN", "TEXTAREA",
})  # fmt: skip
SEEDS = ("seed", "noise_seed")
"""INT inputs of these names get a control widget unless their options say otherwise."""
CONTROL = "+control_after_generate"
FILTER = "+control_filter_list"
UPLOAD = "+upload"
UPLOADS = ("image_upload", "animated_image_upload", "video_upload", "audio_upload", "file_upload")


def is_widget(item: InputFacts) -> bool:
    """Whether the frontend shows a widget for the input, so that its value is saved."""
    if item["spec"].get("forceInput"):
        return False
    dynamic_combo = item["io_type"].endswith("_DYNAMICCOMBO_V3")
    multi = bool(item["spec"].get("widgetType"))
    return item["io_type"] in WIDGET_TYPES or dynamic_combo or multi


def saved_slots(inputs: Sequence[InputFacts]) -> list[str]:
    """What each saved value is for: an input's name, or name and kind of a further widget.

    Required inputs come first, then optional ones, whatever order the schema gives.
    """
    required = [item for item in inputs if item["group"] == "required"]
    optional = [item for item in inputs if item["group"] == "optional"]
    slots = [slot for item in required for slot in _slots(item)]
    uploading = next((i for i in required if any(i["spec"].get(key) for key in UPLOADS)), None)
    if uploading is not None:
        slots.append(uploading["id"] + UPLOAD)
    return slots + [slot for item in optional for slot in _slots(item)]


def _slots(item: InputFacts) -> list[str]:
    if not is_widget(item):
        return []
    name = item["id"]
    if not _is_controlled(item):
        return [name]
    further = [CONTROL] if item["io_type"] == "INT" else [CONTROL, FILTER]
    return [name, *(name + kind for kind in further)]


def _is_controlled(item: InputFacts) -> bool:
    asked = item["spec"].get("control_after_generate")
    if item["io_type"] == "INT":
        return item["id"] in SEEDS if asked is None else bool(asked)
    return item["io_type"] == "COMBO" and bool(asked)
