"""The one table of import names: host module (canonical spelling) to our stand-in.

``studio.*``, ``studio_extras.*``, ... are spellings of the same entries (``spelling``). The node
API trees (``comfy_api``, ``comfy_execution``, ``comfy.comfy_types``) belong to
``reference_runtime.api``.
"""

from __future__ import annotations

from reference_runtime.host import known
from reference_runtime.host.spelling import BRANDED_ROOTS
from reference_runtime.host.text import words

_BASE = "reference_runtime.host.standins"
# Never a package of ours: the import system would take its host name for imports inside it.
_SAME_NAME = words("""
folder_paths latent_preview node_helpers nodes protocol server
comfy.cldm.control_types comfy.cli_args comfy.context_windows comfy.controlnet comfy.hooks
comfy.k_diffusion.sampling comfy.latent_formats comfy.model_base comfy.model_management
comfy.model_patcher comfy.model_sampling comfy.ops comfy.options comfy.patcher_extension
comfy.sample comfy.samplers comfy.sd comfy.utils comfy.weight_adapter
comfy_extras.nodes_custom_sampler comfy_extras.nodes_images comfy_extras.nodes_latent
comfy_extras.nodes_mask comfy_extras.nodes_post_processing
""")

TABLE: dict[str, str] = {name: f"{_BASE}.{name}" for name in _SAME_NAME}

API_TREES = ("comfy_api", "comfy_execution", "comfy.comfy_types")

UNBRANDED = frozenset(
    {"execution", "folder_paths", "latent_preview", "node_helpers", "nodes", "server"}
)
"""Top-level host modules without a brand in their name; on the host they always win."""

GENERIC = frozenset({"api_server", "app", "middleware", "protocol", "utils"})
"""Host modules with everyday names: served only when nothing else has the name."""

HOST_ROOTS = BRANDED_ROOTS | UNBRANDED


def is_api(module: str) -> bool:
    """Whether the canonical module name belongs to the node API."""
    return any(module == tree or module.startswith(tree + ".") for tree in API_TREES)


def is_module(module: str) -> bool:
    """Whether a host has a module of this canonical name, as far as we know."""
    return module in TABLE or known.is_module(module) or is_api(module)


def is_package(module: str) -> bool:
    """Whether the canonical module name can have submodules."""
    prefix = module + "."
    return known.is_package(module) or any(name.startswith(prefix) for name in TABLE)
