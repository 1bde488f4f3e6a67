"""``comfy_extras``: functions and classes of the extra nodes that packs call or derive from."""
