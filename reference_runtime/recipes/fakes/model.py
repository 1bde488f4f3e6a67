"""A stand-in for MODEL: the shape of the host's patcher around a tiny network.

Patches, callbacks and options are kept as the host keeps them, by copies on ``clone``; what they do
to a real network can't be seen here.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from functools import reduce
from typing import Any

from reference_runtime.host.standins.comfy import model_patcher as options
from reference_runtime.host.standins.comfy.patcher_extension import copy_nested_dicts
from reference_runtime.recipes.fakes.naming import Fake
from reference_runtime.recipes.summing import digest

Key = Any
_PATCH_NAMES = {
    "set_model_attn1_patch": "attn1_patch",
    "set_model_attn2_patch": "attn2_patch",
    "set_model_attn1_output_patch": "attn1_output_patch",
    "set_model_attn2_output_patch": "attn2_output_patch",
    "set_model_input_block_patch": "input_block_patch",
    "set_model_input_block_patch_after_skip": "input_block_patch_after_skip",
    "set_model_output_block_patch": "output_block_patch",
    "set_model_emb_patch": "emb_patch",
    "set_model_forward_timestep_embed_patch": "forward_timestep_embed_patch",
    "set_model_double_block_patch": "double_block",
    "set_model_post_input_patch": "post_input",
}
"""Methods that add a patch, and the list it goes to."""
_OPTION_NAMES = {
    "set_model_unet_function_wrapper": "model_function_wrapper",
    "set_model_denoise_mask_function": "denoise_mask_function",
    "set_model_sampler_calc_cond_batch_function": "sampler_calc_cond_batch_function",
}
"""Methods that set one of the model's options."""


class FakeModel(Fake):
    """Not a model: a tiny network in the place of one."""

    io_type = "MODEL"

    def __init__(self, model: Any, size: int = 0) -> None:
        import torch

        self.model = model
        self.size = size
        self.load_device = self.offload_device = torch.device("cpu")
        self.model_options: dict[str, Any] = {"transformer_options": {}}
        self.patches: dict[str, list[Any]] = {}
        self.object_patches: dict[str, Any] = {}
        self.object_patches_backup: dict[str, Any] = {}
        self.backup: dict[str, Any] = {}
        self.weight_inplace_update = False
        self.parent: FakeModel | None = None
        self.patches_uuid: Any = None
        self.attachments: dict[str, Any] = {}
        self.additional_models: dict[str, list[Any]] = {}
        self.injections: dict[str, list[Any]] = {}
        self.hook_patches: dict[Any, Any] = {}
        self.callbacks: dict[str, dict[Key, list[Any]]] = {}
        self.wrappers: dict[str, dict[Key, list[Any]]] = {}
        self.is_injected = False

    # --- copies ---------------------------------------------------------------------------------

    def clone(self, *args: Any, **kwargs: Any) -> FakeModel:
        """The same network with patches and options of its own."""
        made = copy.copy(self)
        made.parent = self
        made.model_options = copy_nested_dicts(self.model_options)
        made.patches = {key: list(each) for key, each in self.patches.items()}
        for name in ("object_patches", "attachments", "hook_patches"):
            setattr(made, name, dict(getattr(self, name)))
        for name in ("callbacks", "wrappers"):
            table = {
                k: {key: list(v) for key, v in t.items()} for k, t in getattr(self, name).items()
            }
            setattr(made, name, table)
        for name in ("additional_models", "injections"):
            setattr(made, name, {key: list(v) for key, v in getattr(self, name).items()})
        return made

    def is_clone(self, other: Any) -> bool:
        return getattr(other, "model", None) is self.model

    def clone_has_same_weights(self, clone: Any) -> bool:
        return self.is_clone(clone) and clone.patches_uuid == self.patches_uuid

    # --- the network ----------------------------------------------------------------------------

    def get_model_object(self, name: str) -> Any:
        """What stands under a dotted name, patched or not. Raises AttributeError."""
        if name in self.object_patches:
            return self.object_patches[name]
        return reduce(getattr, name.split("."), self.model)

    def add_object_patch(self, name: str, obj: Any) -> None:
        self.object_patches[name] = obj

    def model_state_dict(self, filter_prefix: str | None = None) -> dict[str, Any]:
        weights = self.model.state_dict()
        return {k: v for k, v in weights.items() if k.startswith(filter_prefix or "")}

    def get_key_patches(self, filter_prefix: str | None = None) -> dict[str, Any]:
        weights = self.model_state_dict(filter_prefix)
        return {
            key: [(each, lambda a: a), *self.patches.get(key, [])] for key, each in weights.items()
        }

    def add_patches(
        self, patches: dict[Any, Any], strength_patch: float = 1.0, strength_model: float = 1.0
    ) -> list[Any]:
        """Keep patches for weights that are there; gives their names."""
        known = self.model.state_dict()
        added = []
        for name, patch in patches.items():
            key, offset, function = (
                (name, None, None) if isinstance(name, str) else (*name, None)[:3]
            )
            if key in known:
                entry = (strength_patch, patch, strength_model, offset, function)
                self.patches[key] = [*self.patches.get(key, []), entry]
                added.append(name)
        self.patches_uuid = self._next_uuid(patches, strength_patch, strength_model)
        return added

    def patch_weight_to_device(
        self,
        key: str,
        device_to: Any = None,
        inplace_update: bool = False,
        return_weight: bool = False,
        **kwargs: Any,
    ) -> Any:
        """With ``return_weight`` the weight with its patches; else there is nothing to be done."""
        if not return_weight:
            return None
        weight = self.model.state_dict()[key].float()
        for strength, patch, strength_model, _, _ in self.patches.get(key, []):
            weight = weight * strength_model + strength * _added(patch)
        return weight

    def state_dict_for_saving(self, *others: Any) -> dict[str, Any]:
        """The network's weights, by the names that a checkpoint gives them."""
        weights = self.model_state_dict("diffusion_model.")
        return {f"model.{key}": each for key, each in weights.items()}

    def _next_uuid(self, *added: Any) -> uuid.UUID:
        """Equal for equal patches in equal order, as far as what they hold can be told."""
        known = digest(added) or uuid.uuid4().hex
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.patches_uuid} {known}")

    def model_size(self) -> int:
        return sum(each.numel() * each.element_size() for each in self.model.state_dict().values())

    def loaded_size(self) -> int:
        return self.model_size()

    def model_dtype(self) -> Any:
        return self.model.get_dtype()

    def memory_required(self, input_shape: Any) -> int:
        return int(self.model.memory_required(input_shape))

    def current_loaded_device(self) -> Any:
        return self.load_device

    def get_free_memory(self, device: Any = None) -> int:
        return 1 << 33

    def is_dynamic(self) -> bool:
        return False

    def lowvram_patch_counter(self) -> int:
        return 0

    def patch_model(self, *args: Any, **kwargs: Any) -> Any:
        return self.model

    def _nothing(self, *args: Any, **kwargs: Any) -> None:
        """There is nothing to load, move or undo."""

    unpatch_model = detach = cleanup = model_patches_to = pre_run = _nothing
    set_model_compute_dtype = partially_load = partially_unload = _nothing

    # --- options --------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        """The methods that add one patch or set one option. Raises AttributeError."""
        if name in _PATCH_NAMES:
            return lambda patch, *rest: self.set_model_patch(patch, _PATCH_NAMES[name])
        if name in _OPTION_NAMES:
            return lambda function: self.model_options.update({_OPTION_NAMES[name]: function})
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def set_model_patch(self, patch: Any, name: str) -> None:
        transformer = self.model_options["transformer_options"]
        lists = transformer.setdefault("patches", {})
        lists[name] = [*lists.get(name, []), patch]

    def set_model_patch_replace(
        self, patch: Any, name: str, block_name: str, number: int, transformer_index: Any = None
    ) -> None:
        self.model_options = options.set_model_options_patch_replace(
            self.model_options, patch, name, block_name, number, transformer_index
        )

    def set_model_attn1_replace(
        self, patch: Any, block_name: str, number: int, transformer_index: Any = None
    ) -> None:
        self.set_model_patch_replace(patch, "attn1", block_name, number, transformer_index)

    def set_model_attn2_replace(
        self, patch: Any, block_name: str, number: int, transformer_index: Any = None
    ) -> None:
        self.set_model_patch_replace(patch, "attn2", block_name, number, transformer_index)

    def set_model_sampler_cfg_function(
        self, function: Callable[..., Any], disable_cfg1_optimization: bool = False
    ) -> None:
        self.model_options["sampler_cfg_function"] = function
        if disable_cfg1_optimization:
            self.model_options["disable_cfg1_optimization"] = True

    def set_model_sampler_post_cfg_function(
        self, function: Any, disable_cfg1_optimization: bool = False
    ) -> None:
        self.model_options = options.set_model_options_post_cfg_function(
            self.model_options, function, disable_cfg1_optimization
        )

    def set_model_sampler_pre_cfg_function(
        self, function: Any, disable_cfg1_optimization: bool = False
    ) -> None:
        self.model_options = options.set_model_options_pre_cfg_function(
            self.model_options, function, disable_cfg1_optimization
        )

    # --- callbacks, wrappers, attachments -------------------------------------------------------

    def add_callback(self, call_type: str, callback: Any) -> None:
        self.add_callback_with_key(call_type, None, callback)

    def add_callback_with_key(self, call_type: str, key: Key, callback: Any) -> None:
        self.callbacks.setdefault(call_type, {}).setdefault(key, []).append(callback)

    def remove_callbacks_with_key(self, call_type: str, key: Key) -> None:
        self.callbacks.get(call_type, {}).pop(key, None)

    def get_callbacks(self, call_type: str, key: Key) -> list[Any]:
        return list(self.callbacks.get(call_type, {}).get(key, []))

    def get_all_callbacks(self, call_type: str) -> list[Any]:
        return [each for kept in self.callbacks.get(call_type, {}).values() for each in kept]

    def add_wrapper(self, wrapper_type: str, wrapper: Any) -> None:
        self.add_wrapper_with_key(wrapper_type, None, wrapper)

    def add_wrapper_with_key(self, wrapper_type: str, key: Key, wrapper: Any) -> None:
        self.wrappers.setdefault(wrapper_type, {}).setdefault(key, []).append(wrapper)

    def remove_wrappers_with_key(self, wrapper_type: str, key: Key) -> None:
        self.wrappers.get(wrapper_type, {}).pop(key, None)

    def get_wrappers(self, wrapper_type: str, key: Key) -> list[Any]:
        return list(self.wrappers.get(wrapper_type, {}).get(key, []))

    def get_all_wrappers(self, wrapper_type: str) -> list[Any]:
        return [each for kept in self.wrappers.get(wrapper_type, {}).values() for each in kept]

    def set_attachments(self, key: str, attachment: Any) -> None:
        self.attachments[key] = attachment

    def get_attachment(self, key: str) -> Any:
        return self.attachments.get(key)

    def remove_attachments(self, key: str) -> None:
        self.attachments.pop(key, None)

    def set_injections(self, key: str, injections: list[Any]) -> None:
        self.injections[key] = injections

    def get_injections(self, key: str) -> list[Any] | None:
        return self.injections.get(key)

    def remove_injections(self, key: str) -> None:
        self.injections.pop(key, None)

    def set_additional_models(self, key: str, models: list[Any]) -> None:
        self.additional_models[key] = models

    def get_additional_models_with_key(self, key: str) -> list[Any]:
        return self.additional_models.get(key, [])

    def get_additional_models(self) -> list[Any]:
        return [model for models in self.additional_models.values() for model in models]

    def remove_additional_models(self, key: str) -> None:
        self.additional_models.pop(key, None)


def _added(patch: Any) -> Any:
    """What a patch adds: of one that ``get_key_patches`` gave, the weight; else a difference."""
    if isinstance(patch, list):
        return patch[0][0].float()
    difference = patch[1] if isinstance(patch[0], str) else patch
    if isinstance(patch[0], str) and patch[0] != "diff":
        raise NotImplementedError(f"a fake can't be patched with {patch[0]!r}")
    return difference[0].float()
