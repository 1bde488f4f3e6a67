"""Loading a pack by the host's rules, and describing what it gave.

``place``, ``loader`` and ``mapping`` / ``entry`` follow the host's decision table; where the host
would stop, the deviation is noted as a problem and loading goes on, so that everything can be
judged. ``describe`` turns classes into plain facts. ``level`` and ``registration`` run in the host
process, the rest in the worker.
"""
