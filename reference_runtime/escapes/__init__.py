"""Ways out of a node: texts that try to reach what a node must not, and what was seen of them.

Whoever can post a prompt sets every widget of a node. So each text input is given the payloads of
the catalogue, in the worker, one call at a time, in an arena of decoys below the worker's own
folder; an audit hook, the decoys and what the node gives back tell whether something came of it.

Python-level changes outside the allowed folders are refused by the hook before they happen; what
the hook can't see is refused by the kernel or moves a decoy. Standard library only.
"""
