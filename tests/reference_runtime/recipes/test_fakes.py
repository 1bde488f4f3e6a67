"""Stand-ins for what needs weights: the host's faces, the same bits each time, named as fakes."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from reference_runtime.recipes import BadRecipe, make, snippet, summary, text

torch = pytest.importorskip("torch")
KINDS = (
    "MODEL", "CLIP", "VAE", "CLIP_VISION", "CLIP_VISION_OUTPUT", "CONTROL_NET", "STYLE_MODEL",
    "GLIGEN", "UPSCALE_MODEL", "SAMPLER", "GUIDER",
)  # fmt: skip


def fake(io_type: str, **more: Any) -> Any:
    return make({"make": io_type, "fake": True, **more})


def weights(io_type: str, seed: int) -> Any:
    held = fake(io_type, seed=seed)
    module = held.model if io_type == "MODEL" else held.model_patcher.model
    return module.diffusion_model.mix.weight


# --- honest ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("io_type", KINDS)
def test_none_is_made_unless_a_fake_is_asked_for(io_type: str) -> None:
    with pytest.raises(BadRecipe):
        make({"make": io_type})


@pytest.mark.parametrize("io_type", KINDS)
def test_each_says_that_it_is_a_fake_and_of_what(io_type: str) -> None:
    recipe = {"make": io_type, "fake": True}
    assert repr(make(recipe)) == f"<fake {io_type}>"
    assert text(recipe) == f"fake {io_type}"
    assert "'fake': True" in snippet(recipe)
    assert "fake" in summary(make(recipe))["text"]


@pytest.mark.parametrize("io_type", KINDS)
def test_each_can_be_copied(io_type: str) -> None:
    made = fake(io_type)
    for other in (copy.copy(made), copy.deepcopy(made)):
        assert type(other) is type(made)
        assert repr(other) == repr(made)


@pytest.mark.parametrize("io_type", ["MODEL", "GUIDER"])
def test_the_same_seed_gives_the_same_weights(io_type: str) -> None:
    assert torch.equal(weights(io_type, 3), weights(io_type, 3))
    assert not torch.equal(weights(io_type, 3), weights(io_type, 4))


@pytest.mark.parametrize("io_type", KINDS)
def test_making_one_draws_nothing_from_torch_s_generator(io_type: str) -> None:
    before = torch.get_rng_state()
    fake(io_type)
    assert torch.equal(before, torch.get_rng_state())


# --- MODEL ----------------------------------------------------------------------------------------


def test_a_clone_shares_the_network_and_keeps_patches_to_itself() -> None:
    model = fake("MODEL")
    other = model.clone()
    other.set_model_attn1_patch(print)
    other.set_model_unet_function_wrapper(print)
    other.set_model_attn2_replace(print, "middle", 0)
    other.add_wrapper_with_key("diffusion_model", "mine", print)
    other.set_attachments("mine", 1)
    assert other.is_clone(model)
    assert model.model_options == {"transformer_options": {}}
    assert model.get_all_wrappers("diffusion_model") == []
    assert model.get_attachment("mine") is None
    assert other.model_options["model_function_wrapper"] is print
    assert other.model_options["transformer_options"]["patches"] == {"attn1_patch": [print]}
    assert other.get_wrappers("diffusion_model", "mine") == [print]


def test_patches_of_weights_are_taken_for_keys_that_are_there() -> None:
    model = fake("MODEL")
    (known, *_) = model.model_state_dict()
    other = model.clone()
    assert list(other.add_patches({known: ("diff", (torch.ones(1),)), "no.such.key": ("", ())}))
    assert set(other.patches) == {known}
    assert not other.clone_has_same_weights(model)
    assert other.clone().clone_has_same_weights(other)


def test_other_patches_make_other_weights() -> None:
    model = fake("MODEL")
    (known, *_) = model.model_state_dict()
    clones = [model.clone() for _ in range(3)]
    for clone, number in zip(clones, (1.0, 1.0, 2.0), strict=True):
        clone.add_patches({known: ("diff", (torch.full((1,), number),))})
    assert clones[0].clone_has_same_weights(clones[1])
    assert not clones[0].clone_has_same_weights(clones[2])


def test_an_object_patch_is_found_by_its_dotted_name() -> None:
    model = fake("MODEL")
    assert model.get_model_object("model_sampling") is model.model.model_sampling
    model.add_object_patch("model_sampling", "mine")
    assert model.get_model_object("model_sampling") == "mine"
    with pytest.raises(AttributeError):
        model.get_model_object("no_such_part")


def test_a_method_that_nobody_has_is_an_attribute_error() -> None:
    assert not hasattr(fake("MODEL"), "set_model_no_such_patch")


@pytest.mark.parametrize("shape", [(1, 4, 8, 6), (2, 4, 3, 8, 6), (1, 16, 8, 6)])
def test_a_model_gives_the_shape_it_takes(shape: tuple[int, ...]) -> None:
    model = fake("MODEL").model
    out = model.apply_model(torch.ones(shape), torch.ones(shape[0]))
    assert (out.shape, bool(out.isfinite().all())) == (shape, True)


def test_sampling_knows_sigmas_that_rise_with_the_timestep() -> None:
    sampling = fake("MODEL").get_model_object("model_sampling")
    assert 0.0 < float(sampling.sigma_min) < float(sampling.sigma_max)
    assert float(sampling.percent_to_sigma(0.5)) < float(sampling.percent_to_sigma(0.1))


# --- CLIP, CLIP_VISION, VAE -----------------------------------------------------------------------


def test_a_text_is_encoded_by_its_words() -> None:
    clip = fake("CLIP")
    texts = ["a red fox", "a red fox", "a blue fox"]
    first, same, other = (clip.encode_from_tokens(clip.tokenize(each)) for each in texts)
    assert first.shape == (1, 77, 768)
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_long_text_takes_several_rows_of_tokens() -> None:
    clip = fake("CLIP")
    tokens = clip.tokenize("word " * 100)
    assert [len(row) for row in tokens["l"]] == [77, 77]
    cond, pooled = clip.encode_from_tokens(tokens, return_pooled=True)
    assert (cond.shape, pooled.shape) == ((1, 154, 768), (1, 768))


def test_conditioning_of_a_clip_has_the_hosts_form() -> None:
    clip = fake("CLIP")
    ((cond, extra),) = clip.encode_from_tokens_scheduled(clip.tokenize("a"), add_dict={"x": 1})
    assert (cond.shape, extra["pooled_output"].shape, extra["x"]) == ((1, 77, 768), (1, 768), 1)


def test_a_clone_of_a_clip_has_options_of_its_own() -> None:
    clip = fake("CLIP")
    other = clip.clone()
    other.clip_layer(-2)
    other.set_tokenizer_option("x", 1)
    assert (clip.layer_idx, clip.tokenizer_options) == (None, {})


@pytest.mark.parametrize("batch", [1, 3])
def test_clip_vision_gives_each_picture_its_own_numbers(batch: int) -> None:
    pictures = make({"make": "IMAGE", "shape": [batch, 9, 7, 3], "seed": 1})
    out = fake("CLIP_VISION").encode_image(pictures)
    assert out.image_embeds.shape == (batch, 1024)
    assert out["penultimate_hidden_states"].shape == (batch, 257, 1280)
    assert len(torch.unique(out.image_embeds[:, 0])) == batch


@pytest.mark.parametrize(
    ("height", "width", "latent"), [(64, 48, (8, 6)), (37, 23, (4, 2)), (1, 1, (1, 1))]
)
def test_a_vae_goes_to_an_eighth_and_back(height: int, width: int, latent: tuple[int, int]) -> None:
    vae = fake("VAE")
    pictures = make({"make": "IMAGE", "shape": [2, height, width, 3]})
    samples = vae.encode(pictures)
    assert samples.shape == (2, 4, *latent)
    out = vae.decode(samples)
    assert out.shape == (2, 8 * latent[0], 8 * latent[1], 3)
    assert 0.0 <= float(out.min()) <= float(out.max()) <= 1.0


def test_a_vae_keeps_an_even_picture() -> None:
    vae = fake("VAE")
    grey = torch.full((1, 16, 16, 3), 0.25)
    assert torch.allclose(vae.decode(vae.encode(grey)), grey, atol=1e-6)


def test_a_vae_decodes_frames() -> None:
    assert fake("VAE").decode(torch.zeros(1, 4, 3, 2, 2)).shape == (1, 3, 16, 16, 3)


# --- SAMPLER, GUIDER, CONTROL_NET -----------------------------------------------------------------


def test_a_guider_samples_along_the_sigmas_and_tells_of_each_step() -> None:
    told: list[int] = []
    noise = torch.ones(1, 4, 8, 6)
    out = fake("GUIDER").sample(
        noise,
        torch.zeros_like(noise),
        fake("SAMPLER"),
        make({"make": "SIGMAS", "steps": 5}),
        callback=lambda step, clean, x, steps: told.append((step, steps)),
    )
    assert (out.shape, bool(out.isfinite().all())) == (noise.shape, True)
    assert told == [(step, 5) for step in range(5)]


def test_a_guider_without_sigmas_gives_its_latent() -> None:
    latent = torch.ones(1, 4, 2, 2)
    out = fake("GUIDER").sample(latent * 0, latent, fake("SAMPLER"), torch.tensor([]))
    assert torch.equal(out, latent)


def test_a_guider_keeps_conditions_and_scale() -> None:
    guider = fake("GUIDER")
    guider.set_conds("yes", "no")
    guider.set_cfg(4.0)
    assert (guider.original_conds, guider.cfg) == ({"positive": "yes", "negative": "no"}, 4.0)


def test_a_copy_of_a_control_net_keeps_its_hint_to_itself() -> None:
    net = fake("CONTROL_NET")
    hint = torch.zeros(1, 3, 8, 8)
    other = net.copy().set_cond_hint(hint, 0.5, (0.1, 0.9)).set_previous_controlnet(net)
    other.set_extra_arg("x", 1)
    assert (net.cond_hint_original, net.strength, net.extra_args) == (None, 1.0, {})
    assert (other.cond_hint_original is hint, other.strength) == (True, 0.5)
    assert other.previous_controlnet is net


# --- parts that packs reach for -------------------------------------------------------------------


@pytest.mark.parametrize("name", ["blocks", "double_blocks", "single_blocks", "transformer_blocks"])
def test_a_model_has_blocks_to_patch_under_the_names_of_several_families(name: str) -> None:
    model = fake("MODEL")
    block = model.get_model_object(f"diffusion_model.{name}.0")
    assert block.attn1 is block.self_attn
    assert len(getattr(model.model.diffusion_model, name)) == 1
    given = torch.ones(1, 4, 3, 2)
    before = model.model.diffusion_model(given)
    block.mix.weight.zero_()
    assert torch.equal(model.model.diffusion_model(given), before)


def test_a_model_subtracted_from_itself_is_nothing() -> None:
    one, same, other = fake("MODEL", seed=1), fake("MODEL", seed=1), fake("MODEL", seed=2)
    name = "diffusion_model.mix.weight"
    for model, zero in ((same, True), (other, False)):
        difference = one.clone()
        difference.add_patches(model.get_key_patches("diffusion_model."), -1.0, 1.0)
        weight = difference.patch_weight_to_device(name, return_weight=True)
        assert bool((weight == 0).all()) is zero
    assert torch.equal(
        one.patch_weight_to_device(name, return_weight=True), one.model_state_dict()[name]
    )


def test_a_patch_that_is_no_difference_is_refused() -> None:
    model = fake("MODEL").clone()
    model.add_patches({"diffusion_model.mix.weight": ("lora", (1, 2))})
    with pytest.raises(NotImplementedError, match="'lora'"):
        model.patch_weight_to_device("diffusion_model.mix.weight", return_weight=True)


def test_weights_are_saved_by_the_names_of_a_checkpoint() -> None:
    names = fake("MODEL").state_dict_for_saving(None, None, None)
    assert "model.diffusion_model.mix.weight" in names
    assert all(name.startswith("model.diffusion_model.") for name in names)


def test_pictures_come_back_from_a_vae_in_their_size() -> None:
    vae = fake("VAE")
    latent = vae.encode(torch.full((2, 64, 48, 3), 0.25))
    assert latent.shape == (2, 4, 8, 6)
    assert torch.allclose(vae.decode(latent), torch.full((2, 64, 48, 3), 0.25))


def test_videos_come_back_from_a_vae_of_videos_in_their_length() -> None:
    vae = fake("VAE", video=True)
    latent = vae.encode(torch.full((9, 64, 48, 3), 0.25))
    assert latent.shape == (1, 16, 3, 8, 6)
    assert vae.downscale_index_formula == (4, 8, 8)
    assert torch.allclose(vae.decode(latent), torch.full((1, 9, 64, 48, 3), 0.25))


def test_an_upscaler_doubles_a_picture() -> None:
    large = fake("UPSCALE_MODEL").to("cpu")(torch.rand(1, 3, 5, 4))
    assert large.shape == (1, 3, 10, 8)


def test_a_style_model_is_as_wide_as_conditioning() -> None:
    style = fake("STYLE_MODEL").get_cond(fake("CLIP_VISION_OUTPUT"))
    text_ = make({"make": "CONDITIONING"})[0][0]
    assert style.shape[-1] == text_.shape[-1]


def test_the_host_s_loading_takes_fakes_and_nothing_else() -> None:
    from reference_runtime.api.torch_compile import set_torch_compile_wrapper
    from reference_runtime.host.missing import HostFeatureMissing
    from reference_runtime.host.standins.comfy.model_management import load_models_gpu

    model = fake("MODEL")
    load_models_gpu([model, model.clone()], memory_required=1)
    set_torch_compile_wrapper(model, "inductor", keys=["diffusion_model.blocks.0"])
    with pytest.raises(AttributeError):
        set_torch_compile_wrapper(model, "inductor", keys=["diffusion_model.blocks.7"])
    for call in (load_models_gpu, set_torch_compile_wrapper):
        with pytest.raises(HostFeatureMissing):
            call([object()], "inductor")  # type: ignore[operator]
