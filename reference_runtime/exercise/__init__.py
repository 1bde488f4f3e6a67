"""Run one node on one input in the worker and say what was seen; and drive that from the host.

``facts`` is the shape of what is seen. ``observe`` and the modules it uses belong to the worker's
side, ``runner`` to the host's.
"""
