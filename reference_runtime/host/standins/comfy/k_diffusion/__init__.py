"""``comfy.k_diffusion``: samplers and noise schedules."""
