"""One call of one node, in the process where the node lives: as the host makes it."""
