"""``comfy`` / ``studio``: the package of the host's model code. Submodules load when touched."""
