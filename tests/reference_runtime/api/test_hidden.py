"""Hidden members per brand, and the holder that never raises."""

from __future__ import annotations

from typing import Any

import pytest

COMMON = ["unique_id", "prompt", "extra_pnginfo", "dynprompt"]


@pytest.mark.parametrize(
    ("level", "brand"),
    [("comfy-0.3.64", "comfy"), ("studio-0.3.71", "studio"), ("comfy-latest", "comfy")],
)
def test_members_and_their_values(at: Any, level: str, brand: str) -> None:
    hidden = at(level).Hidden
    names = [*COMMON, f"auth_token_{brand}_org", f"api_key_{brand}_org"]
    assert [member.name for member in hidden] == names
    assert [member.value for member in hidden] == [name.upper() for name in names]
    assert len(hidden) == 6


def test_the_other_brands_key_is_served_as_the_right_one(at: Any, touches: Any) -> None:
    hidden = at("studio-0.3.71").Hidden
    assert hidden.api_key_comfy_org is hidden.api_key_studio_org
    assert touches() == [
        ("io.Hidden.api_key_comfy_org", "brand", None, "io.Hidden.api_key_studio_org")
    ]


def test_a_guarded_key_of_the_other_brand_is_absent(run_pack: Any, touches: Any) -> None:
    space = run_pack(
        "from studio_api.latest import io\nthere = hasattr(io.Hidden, 'api_key_comfy_org')\n"
    )
    assert space["there"] is False
    assert touches() == []


def test_the_holder_reads_by_member_or_value(io: Any) -> None:
    by_value = io.HiddenHolder.from_dict({"UNIQUE_ID": "7", "OTHER": 1})
    by_member = io.HiddenHolder.from_dict({io.Hidden.unique_id: "7"})
    assert by_value.unique_id == by_member.unique_id == "7"


@pytest.mark.parametrize("data", [None, {}])
def test_what_the_holder_lacks_is_none(io: Any, data: Any) -> None:
    holder = io.HiddenHolder.from_dict(data)
    assert holder.prompt is None
    assert holder.anything_at_all is None


def test_the_holder_reads_an_engines_call_data(at: Any) -> None:
    holder = at("comfy-latest").HiddenHolder
    assert holder.from_v3_data(None).prompt is None
    assert holder.from_v3_data({"hidden_inputs": {"PROMPT": 3}}).prompt == 3
