"""Ninety-eight ways out of a confined process, each with a truth that does not ask the attack.

``catalogue`` says what an attack is; ``reading``, ``reading_natively``, ``writing``, ``looking``,
``network`` and ``processes`` hold them. ``child`` runs one in a confined process, ``host`` builds
an ``arena`` for it, starts it and looks what became of the arena; ``running`` starts hosts as root
and as an ordinary user; ``judging`` says what had an effect and which layer caught it. All but
``running`` and ``table`` need the standard library alone, on any interpreter.
"""
