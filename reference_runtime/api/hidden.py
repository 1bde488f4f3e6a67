"""What the host hands to a node besides its inputs: node id, prompt, metadata, keys.

The two key members are named after the brand. ``Hidden`` holds both spellings and shows those of
the active level; touching the other brand's spelling is recorded and served as the right one.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, EnumMeta
from typing import Any

from reference_runtime.levels import ACTIVE
from reference_runtime.touches import LOG

_KEYS = ("auth_token", "api_key")
_FOREIGN = {
    "comfy": {f"{key}_studio_org": f"{key}_comfy_org" for key in _KEYS},
    "studio": {f"{key}_comfy_org": f"{key}_studio_org" for key in _KEYS},
}


class _BrandedMembers(EnumMeta):
    """Shows only the members of the active level's brand."""

    def __getattribute__(cls, name: str) -> Any:
        today = _FOREIGN[ACTIVE.level.brand].get(name)
        if today is not None:
            if LOG.guarded():
                raise AttributeError(f"Hidden has no {name} at {ACTIVE.level.name}, use {today}")
            LOG.record(f"io.Hidden.{name}", "brand", today=f"io.Hidden.{today}")
            return cls._member_map_[today]
        return super().__getattribute__(name)

    def __getattr__(cls, name: str) -> Any:
        # Up to Python 3.11 enums find members here, also after the refusal above.
        if name in _FOREIGN[ACTIVE.level.brand] or name not in cls._member_map_:
            raise AttributeError(f"{cls.__name__} has no member {name!r}")
        return cls._member_map_[name]

    def __iter__(cls) -> Iterator[Any]:
        foreign = _FOREIGN[ACTIVE.level.brand]
        members: Iterator[Any] = super().__iter__()
        return (member for member in members if member.name not in foreign)

    def __len__(cls) -> int:
        return sum(1 for _ in cls)


class Hidden(str, Enum, metaclass=_BrandedMembers):
    """Names of the hidden values; the value is the host's token for it."""

    unique_id = "UNIQUE_ID"
    prompt = "PROMPT"
    extra_pnginfo = "EXTRA_PNGINFO"
    dynprompt = "DYNPROMPT"
    auth_token_comfy_org = "AUTH_TOKEN_COMFY_ORG"
    api_key_comfy_org = "API_KEY_COMFY_ORG"
    auth_token_studio_org = "AUTH_TOKEN_STUDIO_ORG"
    api_key_studio_org = "API_KEY_STUDIO_ORG"


def key_members() -> tuple[Hidden, Hidden]:
    """The token and key members of the active brand, in the order finalize appends them."""
    brand = ACTIVE.level.brand
    return Hidden[f"auth_token_{brand}_org"], Hidden[f"api_key_{brand}_org"]


class HiddenHolder:
    """The hidden values of one call. An unknown or absent name is None, never an error."""

    def __init__(
        self,
        unique_id: str | None = None,
        prompt: Any = None,
        extra_pnginfo: Any = None,
        dynprompt: Any = None,
        *keys: Any,
        **more: Any,
    ) -> None:
        self.unique_id = unique_id
        self.prompt = prompt
        self.extra_pnginfo = extra_pnginfo
        self.dynprompt = dynprompt
        for member, value in zip(key_members(), (*keys, None, None), strict=False):
            setattr(self, member.name, value)
        for name, value in more.items():
            setattr(self, name, value)

    def __getattr__(self, key: str) -> Any:
        return None

    @classmethod
    def from_dict(cls, d: dict[str, Any] | None) -> HiddenHolder:
        """Read a dict keyed by Hidden members or their values; None gives an all-None holder."""
        d = d or {}
        return cls(**{member.name: d.get(member.value) for member in Hidden})

    @classmethod
    def from_v3_data(cls, v3_data: dict[str, Any] | None) -> HiddenHolder:
        """Read the ``hidden_inputs`` of an engine's call data (latest)."""
        return cls.from_dict(v3_data["hidden_inputs"] if v3_data else None)
