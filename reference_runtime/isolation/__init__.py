"""A pack's own process: the channel to it, its confinement, its death and what is left of it.

``process`` and ``scratch`` run on the host side; ``bootstrap``, ``worker``, ``confine`` and
``observe`` in the worker, which needs the standard library alone; ``rpc`` on both.
"""
