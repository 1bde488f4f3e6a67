"""The two brands' names for the same module tree.

Canonical names are the comfy ones. Source of the rules: Hanzo Studio 0.3.71 is ComfyUI 0.3.71 with
``comfy`` renamed to ``studio`` in module names; ``folder_paths``, ``nodes``, ... kept theirs.
"""

from __future__ import annotations

from reference_runtime.levels import Brand

ROOTS = (
    "comfy",
    "comfy_api",
    "comfy_api_nodes",
    "comfy_config",
    "comfy_execution",
    "comfy_extras",
    "comfyui_version",
)
"""Top-level modules whose name carries the brand, in canonical spelling."""

_TO_STUDIO = {root: root.replace("comfy", "studio", 1) for root in ROOTS}
_TO_COMFY = {studio: comfy for comfy, studio in _TO_STUDIO.items()}
# The host imports ``studioui_version``, its file is ``studio_version.py``: packs may try either.
_TO_COMFY["studio_version"] = "comfyui_version"

BRANDED_ROOTS = frozenset(_TO_STUDIO) | frozenset(_TO_COMFY)


def brand_of(module: str) -> Brand | None:
    """Whose spelling the dotted module name is; None for names that both hosts share."""
    root = module.partition(".")[0]
    if root in _TO_STUDIO:
        return "comfy"
    return "studio" if root in _TO_COMFY else None


def canonical(module: str) -> str:
    """The comfy spelling of a dotted module name: "studio.utils" gives "comfy.utils"."""
    root, dot, rest = module.partition(".")
    if root == "studio" and (rest == "studio_types" or rest.startswith("studio_types.")):
        rest = rest.replace("studio_types", "comfy_types", 1)
    return _TO_COMFY.get(root, root) + dot + rest


def spelled(module: str, brand: Brand) -> str:
    """The name a host of ``brand`` gives to the module with this canonical name."""
    if brand == "comfy":
        return module
    root, dot, rest = module.partition(".")
    if root == "comfy" and (rest == "comfy_types" or rest.startswith("comfy_types.")):
        rest = rest.replace("comfy_types", "studio_types", 1)
    return _TO_STUDIO.get(root, root) + dot + rest
