"""Small functions of the host that packs call: state dicts, wrappers, layers, hooks, ..."""

from __future__ import annotations

import struct
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reference_runtime.host.missing import HostFeatureMissing
from reference_runtime.host.spelling import brand_of, canonical, spelled
from reference_runtime.host.standins import node_helpers
from reference_runtime.host.standins.comfy import (
    hooks,
    model_management,
    model_patcher,
    sample,
    samplers,
    utils,
)
from reference_runtime.host.standins.comfy import patcher_extension as extension
from reference_runtime.host.standins.comfy.k_diffusion import sampling as k_diffusion_sampling
from reference_runtime.levels import ACTIVE
from reference_runtime.touches import LOG


@pytest.mark.parametrize(
    ("comfy", "studio"),
    [
        ("comfy.utils", "studio.utils"),
        ("comfy", "studio"),
        ("comfy.comfy_types.node_typing", "studio.studio_types.node_typing"),
        ("comfy_api.latest", "studio_api.latest"),
        ("comfyui_version", "studioui_version"),
        ("folder_paths", "folder_paths"),
    ],
)
def test_both_spellings_of_a_module(comfy: str, studio: str) -> None:
    assert spelled(comfy, "studio") == studio
    assert canonical(studio) == comfy
    assert canonical(comfy) == comfy


def test_the_brand_of_a_module() -> None:
    names = ("comfy.utils", "studio_extras.nodes_lt", "nodes", "comfy_unrelated")
    assert [brand_of(name) for name in names] == ["comfy", "studio", None, None]


def test_conditioning_values_are_set_on_copies() -> None:
    given = [["tokens", {"a": [1], "b": 2}]]
    made = node_helpers.conditioning_set_values(given, {"a": [2], "c": 3}, append=True)
    assert made == [["tokens", {"a": [1, 2], "b": 2, "c": 3}]]
    assert given == [["tokens", {"a": [1], "b": 2}]]
    assert node_helpers.conditioning_set_values(given, {"a": [2]})[0][1]["a"] == [2]


def test_dtypes_by_name() -> None:
    torch = pytest.importorskip("torch")
    assert node_helpers.string_to_torch_dtype("bf16") is torch.bfloat16
    assert node_helpers.string_to_torch_dtype("int8") is None


def test_the_hosts_hash_is_sha256() -> None:
    assert node_helpers.hasher()(b"").name == "sha256"


@pytest.mark.parametrize(("mode", "channels"), [("faithful", (5, 3)), ("strict", (4, 4))])
def test_fitting_alpha_channels(
    monkeypatch: pytest.MonkeyPatch, mode: str, channels: tuple[int, int]
) -> None:
    torch = pytest.importorskip("torch")
    monkeypatch.setattr(ACTIVE, "mode", mode)
    made = node_helpers.image_alpha_fix(torch.zeros(1, 2, 2, 4), torch.zeros(1, 2, 2, 3))
    assert tuple(image.shape[-1] for image in made) == channels


def test_prefixes_of_a_state_dict() -> None:
    state = {"a.x": 1, "a.y": 2, "b": 3}
    assert utils.state_dict_prefix_replace(dict(state), {"a.": ""}) == {"x": 1, "y": 2, "b": 3}
    only = utils.state_dict_prefix_replace(dict(state), {"a.": ""}, filter_keys=True)
    assert only == {"x": 1, "y": 2}
    assert utils.state_dict_key_replace({"b": 3}, {"b": "c", "d": "e"}) == {"c": 3}


def test_the_dtype_of_a_state_dict_is_that_of_most_numbers() -> None:
    torch = pytest.importorskip("torch")
    state = {"a": torch.zeros(10).half(), "b": torch.zeros(3), "m.c": torch.zeros(4)}
    assert utils.weight_dtype(state) is torch.float16
    assert utils.weight_dtype(state, "m.") is torch.float32
    assert utils.weight_dtype({}) is None
    assert utils.calculate_parameters(state) == 17


def test_attributes_by_dotted_name() -> None:
    tree = SimpleNamespace(inner=SimpleNamespace(value=1))
    assert utils.get_attr(tree, "inner.value") == 1
    assert utils.set_attr(tree, "inner.value", 2) == 1
    assert tree.inner.value == 2


def test_repeating_to_a_batch_size() -> None:
    torch = pytest.importorskip("torch")
    pair = torch.tensor([[1], [2]])
    assert utils.repeat_to_batch_size(pair, 5).flatten().tolist() == [1, 2, 1, 2, 1]
    assert utils.repeat_to_batch_size(pair, 1).flatten().tolist() == [1]
    assert utils.repeat_to_batch_size(pair, 3, dim=1).tolist() == [[1, 1, 1], [2, 2, 2]]


def test_packed_latents_come_back() -> None:
    torch = pytest.importorskip("torch")
    latents = [torch.rand(2, 3, 4), torch.rand(2, 1, 5)]
    packed, shapes = utils.pack_latents(latents)
    assert packed.shape == (2, 1, 17)
    for before, after in zip(latents, utils.unpack_latents(packed, shapes), strict=True):
        assert torch.equal(before, after)


def test_state_dicts_are_saved_and_loaded(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    pytest.importorskip("safetensors")
    path = str(tmp_path / "x.safetensors")
    utils.save_torch_file({"a": torch.arange(3)}, path, metadata={"k": "v"})
    state, metadata = utils.load_torch_file(path, return_metadata=True)
    assert state["a"].tolist() == [0, 1, 2]
    assert metadata == {"k": "v"}
    header = utils.safetensors_header(path)
    assert header is not None
    assert b'"k":"v"' in header
    assert utils.safetensors_header(path, max_size=4) is None


def test_torch_files_can_not_run_code(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    path = tmp_path / "x.pt"
    torch.save({"state_dict": {"a": torch.ones(2)}}, path)
    assert utils.load_torch_file(str(path))["a"].tolist() == [1.0, 1.0]
    torch.save({"a": struct.Struct}, path)
    with pytest.raises(Exception, match=r"[Ww]eights"):
        utils.load_torch_file(str(path))


def test_progress_reaches_the_hook_and_never_passes_the_total() -> None:
    seen: list[tuple[float, float]] = []
    utils.set_progress_bar_global_hook(
        lambda value, total, preview, node_id: seen.append((value, total))
    )
    try:
        bar = utils.ProgressBar(3)
        bar.update(2)
        bar.update(2)
        bar.update_absolute(1, total=5)
    finally:
        utils.set_progress_bar_global_hook(None)
    assert seen == [(2, 3), (3, 3), (1, 5)]


def test_wrappers_run_around_each_other() -> None:
    options: dict[str, Any] = {}
    for name in ("outer", "inner"):
        extension.add_wrapper(
            extension.WrappersMP.APPLY_MODEL,
            lambda executor, text, name=name: f"{name}({executor(text)})",
            options,
            is_model_options=True,
        )
    found = extension.get_all_wrappers(
        extension.WrappersMP.APPLY_MODEL, options, is_model_options=True
    )
    executor = extension.WrapperExecutor.new_executor(str.upper, found)
    assert executor.execute("x") == "outer(inner(X))"


def test_merging_options_joins_lists_and_copies() -> None:
    first = {"a": {"b": [1]}, "c": 1}
    made = extension.merge_nested_dicts(first, {"a": {"b": [2], "d": 3}, "c": 2})
    assert made == {"a": {"b": [1, 2], "d": 3}, "c": 2}
    assert first == {"a": {"b": [1]}, "c": 1}


def test_replacing_a_block_leaves_shared_options_alone() -> None:
    shared = {"attn1": {("input", 1): "old"}}
    options = {"transformer_options": {"patches_replace": shared}}
    made = model_patcher.set_model_options_patch_replace(options, "new", "attn1", "middle", 0)
    replaced = made["transformer_options"]["patches_replace"]["attn1"]
    assert replaced == {("input", 1): "old", ("middle", 0): "new"}
    assert shared == {"attn1": {("input", 1): "old"}}


def test_noise_repeats_for_a_seed_and_is_shared_by_equal_indices() -> None:
    torch = pytest.importorskip("torch")
    latent = torch.zeros(3, 4, 2, 2)
    assert torch.equal(sample.prepare_noise(latent, 5), sample.prepare_noise(latent, 5))
    shared = sample.prepare_noise(latent, 5, noise_inds=[1, 0, 1])
    assert torch.equal(shared[0], shared[2])
    assert not torch.equal(shared[0], shared[1])


def test_an_interrupt_is_raised_once() -> None:
    model_management.interrupt_current_processing()
    with pytest.raises(model_management.InterruptProcessingException):
        model_management.throw_exception_if_processing_interrupted()
    model_management.throw_exception_if_processing_interrupted()


def test_the_host_computes_on_the_cpu() -> None:
    torch = pytest.importorskip("torch")
    assert model_management.get_torch_device() == torch.device("cpu")
    assert model_management.unet_dtype() is torch.float32
    assert model_management.get_free_memory() > 0
    model_management.load_models_gpu([])
    with pytest.raises(HostFeatureMissing):
        model_management.load_models_gpu([object()])


def test_keyframes_are_ordered_by_their_start() -> None:
    group = hooks.HookKeyframeGroup()
    group.add(hooks.HookKeyframe(0.5, start_percent=0.7))
    group.add(hooks.HookKeyframe(0.9, start_percent=0.1))
    assert [frame.start_percent for frame in group.keyframes] == [0.1, 0.7]
    assert group.strength == 0.9


def test_groups_hold_a_hook_once() -> None:
    hook = hooks.Hook(hooks.EnumHookType.Weight)
    first, second = hooks.HookGroup(), hooks.HookGroup()
    first.add(hook)
    first.add(hook)
    second.add(hook)
    joined = hooks.HookGroup.combine_all_hooks([first, None, second])
    assert joined is not None
    assert len(joined) == 1
    assert hooks.HookGroup.combine_all_hooks([first, None], require_count=2) is None


def test_samplers_can_be_made_and_named_but_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(LOG, "phase", "run")
    made = samplers.ksampler("euler", {"eta": 0.5})
    assert made.extra_options == {"eta": 0.5}
    with pytest.raises(HostFeatureMissing, match="sample_euler"):
        made.sampler_function()
    with pytest.raises(HostFeatureMissing, match=r"comfy\.samplers\.KSampler needs a real host"):
        samplers.KSampler(None, 1, None)
    assert "euler" in samplers.KSampler.SAMPLERS
    assert samplers.sampler_object("ddim").inpaint_options == {"random": True}
    assert samplers.sampler_object("uni_pc").inpaint_options == {}


def test_samplers_have_names_that_a_pack_may_add_to(monkeypatch: pytest.MonkeyPatch) -> None:
    module = k_diffusion_sampling
    with pytest.raises(AttributeError, match=r"k_diffusion\.sampling' .* 'sample_mine'"):
        samplers.sampler_object("mine")
    monkeypatch.setattr(module, "sample_mine", lambda model: f"sampled {model}", raising=False)
    assert samplers.sampler_object("mine").sampler_function("it") == "sampled it"


LAYERS = {
    "Linear": ((3, 4), (2, 3)),
    "Conv2d": ((3, 4, 3), (1, 3, 8, 8)),
    "GroupNorm": ((1, 4), (2, 4, 3)),
    "LayerNorm": ((4,), (2, 4)),
    "ConvTranspose1d": ((3, 4, 3), (1, 3, 8)),
}


@pytest.mark.parametrize("name", LAYERS)
def test_layers_cast_their_weights_to_the_input(name: str) -> None:
    torch = pytest.importorskip("torch")
    from reference_runtime.host.standins.comfy import ops

    arguments, shape = LAYERS[name]
    plain = getattr(torch.nn, name)(*arguments)
    layer = getattr(ops.manual_cast, name)(*arguments)
    layer.load_state_dict(plain.state_dict())
    values = torch.linspace(-1, 1, torch.Size(shape).numel()).reshape(shape)
    with torch.no_grad():
        assert torch.equal(layer(values), plain(values))
        low = layer.bfloat16()(values)
        assert low.dtype is torch.float32
        assert torch.allclose(low, plain(values), atol=0.05)
    with pytest.raises(RuntimeError):
        getattr(ops.disable_weight_init, name)(*arguments).double()(values)


def _conditioning(number: int, **options: Any) -> list[Any]:
    return [[number, {"pooled_output": number, **options}]]


def test_properties_are_set_on_copies_of_conditioning() -> None:
    torch = pytest.importorskip("torch")
    given, mask = _conditioning(1), torch.ones(4, 4)
    ((made,),) = hooks.set_conds_props([given], 0.5, "mask bounds", mask, None, (0.1, 0.6))
    assert given == _conditioning(1)
    assert made[1].pop("mask").shape == (1, 4, 4)
    assert made[1] == {
        "pooled_output": 1, "set_area_to_bounds": True, "mask_strength": 0.5,
        "start_percent": 0.1, "end_percent": 0.6,
    }  # fmt: skip
    assert hooks.set_conds_props([given], 0.5, "default")[0] is given


def test_hooks_of_conditioning_are_joined_or_replaced() -> None:
    before, added = hooks.HookGroup(), hooks.HookGroup()
    before.add(hooks.Hook(hooks.EnumHookType.Weight))
    added.add(hooks.Hook(hooks.EnumHookType.Weight))
    conds = [_conditioning(1, hooks=before), _conditioning(2, hooks=before), _conditioning(3)]
    one, two, three = hooks.set_conds_props(conds, 1.0, "default", hooks=added)
    assert one[0][1]["hooks"].hooks == before.hooks + added.hooks
    assert one[0][1]["hooks"] is two[0][1]["hooks"]
    assert three[0][1]["hooks"] is added
    (replaced,) = hooks.set_conds_props(conds[:1], 1.0, "default", hooks=added, append_hooks=False)
    assert replaced[0][1]["hooks"] is added


def test_conditioning_is_combined_pair_by_pair() -> None:
    one, two, three = (_conditioning(number) for number in (1, 2, 3))
    assert hooks.combine_conditioning([one, two, three]) == one + two + three
    assert hooks.set_conds_props_and_combine([one, two], [three]) == [one + three]
    default = _conditioning(3, default=True)
    assert hooks.set_default_conds_and_combine([one, two], [three, three]) == [
        one + default,
        two + default,
    ]
