"""``comfy.sd``: kinds of text encoders; loaders, CLIP and VAE are stand-ins.

Source of the names: ComfyUI 0.3.64 and Hanzo Studio 0.3.71.
"""

from __future__ import annotations

from enum import Enum

from reference_runtime.host.text import words
from reference_runtime.levels import ACTIVE

_CLIP_TYPES = words("""
STABLE_DIFFUSION STABLE_CASCADE SD3 STABLE_AUDIO HUNYUAN_DIT FLUX MOCHI LTXV HUNYUAN_VIDEO PIXART
COSMOS LUMINA2 WAN HIDREAM CHROMA ACE OMNIGEN2 QWEN_IMAGE HUNYUAN_IMAGE
""")
_SINCE_0_3_71 = ("HUNYUAN_VIDEO_15",) if ACTIVE.level.rank >= 1 else ()

CLIPType = Enum("CLIPType", [*_CLIP_TYPES, *_SINCE_0_3_71])  # type: ignore[misc]
TEModel = Enum(  # type: ignore[misc]
    "TEModel",
    words("""
    CLIP_L CLIP_H CLIP_G T5_XXL T5_XL T5_BASE LLAMA3_8 T5_XXL_OLD GEMMA_2_2B QWEN25_3B QWEN25_7B
    BYT5_SMALL_GLYPH GEMMA_3_4B
    """),
)
