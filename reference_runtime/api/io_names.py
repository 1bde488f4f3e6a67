"""Every public name of the io module and the object behind it, in comfy spelling."""

from __future__ import annotations

from typing import Any

from reference_runtime.api import (
    badges,
    dynamic_values,
    hidden,
    internal,
    io_base,
    io_dynamic,
    io_enums,
    io_multi,
    io_old_dynamic,
    io_sockets,
    io_widgets,
    node,
    output,
    schema,
)

_SOURCES: dict[Any, str] = {
    io_base: """Input WidgetInput Output ComfyTypeI ComfyTypeIO comfytype Custom _ComfyType _IO_V3
        _StringIOType""",
    io_enums: """FolderType UploadType NumberDisplay ControlAfterGenerate RemoteOptions
        RemoteItemSchema RemoteComboOptions""",
    io_widgets: "Boolean Int Float String Combo MultiCombo Webcam",
    io_multi: "MultiType",
    io_dynamic: """MatchType Autogrow DynamicCombo DynamicSlot DynamicInput DynamicOutput
        add_to_dict_v1 add_to_dict_v3""",
    io_old_dynamic: "AutogrowDynamic ComboDynamic",
    dynamic_values: """V3Data DynamicPathsDefaultValue build_nested_inputs
        get_finalized_class_inputs create_input_dict_v1 parse_class_inputs
        register_dynamic_input_func get_dynamic_input_func setup_dynamic_input_funcs handle_prefix
        finalize_prefix""",
    hidden: "Hidden HiddenHolder",
    schema: "NodeInfoV1 NodeInfoV3 Schema",
    badges: "PriceBadge PriceBadgeDepends NodeReplace InputMapOldId InputMapSetValue OutputMap",
    node: "ComfyNode _ComfyNodeBaseInternal",
    output: "NodeOutput _UIOutput",
    internal: """_ComfyNodeInternal _NodeOutputInternal classproperty copy_class
        first_real_override is_class lock_class make_locked_method_func prune_dict
        shallow_clone_class""",
}


def io_objects() -> dict[str, Any]:
    """Name to object, for every level at once."""
    named = {
        name: getattr(module, name) for module, names in _SOURCES.items() for name in names.split()
    }
    return {**io_sockets.SOCKETS, **io_sockets.NEWEST, **named}
